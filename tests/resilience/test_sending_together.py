"""Messages that are made together: one that cannot be rendered, or nobody who may read, stops none of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.message_kinds import each
from bot.domain.enums import PromptState
from bot.domain.values.clock import SystemClock
from bot.features.meetings import prompts
from bot.features.meetings import views as meeting_views
from bot.outbox.types import CannotLook, Claimed, Destination, Moot, PermanentFailure, Scope
from bot.rooms import new_renderer
from bot.slack import app
from bot.slack.gateway import Gateway, Prepared
from bot.store import ledger, members
from bot.store.engine import Database
from bot.store.entities import Entity
from sandbox import Fault, Sandbox
from tests.resilience.test_frozen_before_posting import row
from tests.support.bot_process import MANIFEST, WORKSPACE
from tests.support.cast import TOM
from tests.support.world import MONDAY, build

TUESDAY = MONDAY + timedelta(days=1)


def reminder(session: Session, args: Mapping[str, Any], now: datetime) -> object:
    """A composer that some rows break, the way a bug or an impossible value would."""
    if args["prompt_id"] == 13:
        raise ValueError("thirteen")
    return meeting_views.ReminderView(args["prompt_id"], "Acme", TUESDAY, None)


def rows(*numbers: int) -> list[Claimed]:
    return [replace(row("C1"), id=number, kind="reminder", args={"prompt_id": number}) for number in numbers]


async def made_of(database: Database, claimed: Sequence[Claimed]) -> list[object]:
    """What the gateway makes of these rows; it needs no Slack for it."""
    async with app.http_session() as http:
        client = app.web_client("xoxb-0", "http://127.0.0.1:9/api/", http)
        composers = {"reminder": each(reminder), "prompt": prompts.compose_prompts}
        return list(await Gateway(database, new_renderer(), SystemClock(), client, composers).prepare(claimed))


async def test_one_that_breaks_is_the_only_one_that_breaks(database: Database) -> None:
    made = await made_of(database, rows(12, 13, 14))
    assert [type(one) for one in made] == [Prepared, ValueError, Prepared]
    assert [one.row.id for one in made if isinstance(one, Prepared)] == [12, 14]


async def test_a_kind_that_nobody_knows_is_told_from_its_neighbours(database: Database) -> None:
    unknown, known = replace(rows(11)[0], kind="poem"), rows(12)[0]
    made = await made_of(database, [unknown, known])
    assert [type(one) for one in made] == [KeyError, Prepared]


async def test_somebody_who_left_is_refused_and_the_others_are_written_to(database: Database) -> None:
    with database.begin() as session:
        build(session)
        members.remember(session, 1, TOM.user(is_deactivated=True))
    to_tom, to_maya = (replace(one, destination=Destination.USER) for one in rows(11, 12))
    made = await made_of(database, [replace(to_tom, channel="U0TOM"), replace(to_maya, channel="U0MAYA")])
    assert made[0] == PermanentFailure("user_disabled")
    assert isinstance(made[1], Prepared)


async def test_prompts_of_many_accounts_say_what_each_says_alone(database: Database) -> None:
    with database.begin() as session:
        world = build(session)
        assert prompts.open_due_prompts(session, TUESDAY)
        ledger.change(session, world.maya.author, Entity.PROMPT, 1, TUESDAY, state=PromptState.OFF)
    asked = {"workspace_id": 1, "prompt_id": 1, "to": "U0MAYA"}
    many = [asked | {"first": False}, asked | {"first": True}, asked | {"to": "U0TOM", "first": False}]
    with database.reading() as session:
        together = prompts.compose_prompts(session, many, TUESDAY)
        alone = [prompts.compose_prompts(session, [args], TUESDAY)[0] for args in many]
    assert together == alone
    assert isinstance(together[1], Moot) and isinstance(together[2], meeting_views.PromptView)
    assert together[2].handed_to == "Maya Lindqvist"


@pytest.mark.parametrize("thread_ts", [None, "1772442000.000100"])
@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("token_revoked", PermanentFailure("token_revoked", Scope.WORKSPACE)),
        ("account_inactive", PermanentFailure("account_inactive", Scope.WORKSPACE)),
        ("missing_scope", CannotLook("missing_scope")),
        ("not_in_channel", CannotLook("not_in_channel")),
    ],
)
async def test_a_look_that_is_refused_tells_a_missing_right_from_a_workspace_that_shut_us_out(
    database: Database, thread_ts: str | None, code: str, meaning: object
) -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as sandbox, app.http_session() as http:
        channel = sandbox.world.state.find_channel("cs-north")
        assert channel is not None
        client = app.web_client(sandbox.bot_token, sandbox.api_url, http)
        gateway = Gateway(database, new_renderer(), SystemClock(), client, {})
        for method in ("conversations.history", "conversations.replies", "auth.test"):
            if method != "auth.test" or code == "account_inactive":
                sandbox.fault(Fault(method, f"error:{code}"))
        doubtful = replace(row(channel.id), in_doubt=True, thread_ts=thread_ts)
        assert await gateway.find(doubtful) == meaning
