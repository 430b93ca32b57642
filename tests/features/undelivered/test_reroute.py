"""What Slack refuses for good reaches somebody else, once: the sender buries it, and the service sends it on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot.app.message_kinds import composers
from bot.domain.enums import CadenceKind, Loop, PromptState, RiskKind, Tier
from bot.features.actions import actions
from bot.features.meetings import prompts
from bot.features.portfolios import digest
from bot.features.review import daily_review
from bot.features.risks import owner_alerts, ownership
from bot.features.undelivered import jobs as undelivered_jobs
from bot.features.undelivered import reroute
from bot.outbox import admin as outbox_admin
from bot.outbox.sender import Sender
from bot.outbox.transport import Lease
from bot.outbox.types import Ambiguous, Claimed, NotSent, PermanentFailure, Sent
from bot.outbox.wakeup import Wakeup
from bot.rooms import MESSAGE_KINDS
from bot.store import members, schema
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from bot.wiring import problem_of
from tests.support.channel_log import FAST, ChannelLog, Clock, LogTransport
from tests.support.managing import CHANNEL, MONDAY, Team, day

GONE = "user_disabled"
LOST = "is_archived"


class Refusing(LogTransport):
    """Slack with places that take nothing new."""

    def __init__(self, channels: ChannelLog, refusing: dict[str, str]) -> None:
        super().__init__(channels)
        self.refusing = refusing

    async def deliver(self, row: Claimed, lease: Lease) -> Sent | PermanentFailure | NotSent | Ambiguous:
        code = self.refusing.get(row.channel)
        return PermanentFailure(code) if code else await super().deliver(row, lease)


KINDS = {kind.name: kind for kind in MESSAGE_KINDS}
NOTICE, *_ = undelivered_jobs.jobs(MESSAGE_KINDS)


class Slack:
    """A team whose messages are sent; `refusing` says which places refuse them, and with which code."""

    def __init__(self, database: Database) -> None:
        self.team = Team(database)
        self.clock = Clock(MONDAY)
        self.refusing: dict[str, str] = {}
        self.channels = ChannelLog()
        self.sender = Sender(
            database,
            Refusing(self.channels, self.refusing),
            now=self.clock,
            on_dead=self._on_dead,
            wakeup=Wakeup(database),
            settings=FAST,
        )

    def _on_dead(self, session: Session, row: Claimed, code: str) -> None:
        reroute.handle_permanent_failure(KINDS, session, row, self.clock.at, code=code, problem=problem_of(code))

    async def settle(self) -> None:
        await self.sender.drain()

    def write(self, work: Callable[..., Any], *args: Any) -> Any:
        with self.team.session() as session:
            return work(session, *args)

    def heard(self, place: str) -> list[str]:
        """The keys of what was posted at a place, in order."""
        return [post.key for post in self.channels.posts if post.channel == place]

    def said(self, key: str) -> Any:
        """What a message says, as it would be composed now."""
        with self.team.session() as session:
            row = session.execute(select(outbox).where(outbox.c.key == key)).one()
            args = row.args | {"workspace_id": row.workspace_id}
            return composers(MESSAGE_KINDS)[row.kind](session, [args], self.clock.at)[0]

    def open_states(self) -> dict[str, str]:
        """The rows that did not arrive, by key."""
        c = outbox.c
        with self.team.session() as session:
            rows = session.execute(select(c.key, c.state).where(c.state != "sent"))
            return {row.key: row.state for row in rows}


@pytest.fixture
def slack(database: Database) -> Slack:
    return Slack(database)


def ask(slack: Slack, account_id: int, starts_at: datetime) -> int:
    """A meeting of Maya's whose prompt is due; returns the prompt."""
    cadence: dict[str, Any] = {"kind": CadenceKind.WEEKLY_SYNC, "rrule": "FREQ=WEEKLY", "tz": "UTC", "lead_hours": 48}
    cadence |= {"local_start": f"{starts_at:%Y-%m-%dT%H:%M}", "next_meeting_at": starts_at, "next_prompt_at": MONDAY}
    slack.team.add("cadence", account_id=account_id, **cadence)
    assert slack.write(prompts.open_due_prompts, MONDAY)
    return int(slack.write(lambda session: session.execute(select(schema.prompt.c.id)).scalars().all()[-1]))


def asked(slack: Slack, prompt_id: int) -> tuple[int | None, PromptState]:
    c = schema.prompt.c
    row = slack.write(lambda s: s.execute(select(c.member_id, c.state).where(c.id == prompt_id)).one())
    return row.member_id, row.state


async def test_a_risk_of_an_owner_who_left_goes_to_the_deputy_and_is_followed_there(slack: Slack) -> None:
    team = slack.team
    acme = team.add_broken("Acme", portfolio_id=None, deputy_id=team.tom.id)
    slack.refusing["U0MAYA"] = GONE
    team.look()
    await slack.settle()
    (risk,) = team.risks(acme)
    assert (slack.heard("U0MAYA"), len(slack.heard("U0TOM")), slack.heard("U0ADA")) == ([], 1, [])
    assert slack.open_states() == {f"risk:{risk.id}": "dead"}
    with team.session() as session:
        ownership.claim(session, team.as_(team.tom), risk.id, day(MONDAY, 0))
    await slack.settle()
    assert len(slack.channels.updates) == 1
    assert len(slack.heard("U0TOM")) == 2
    assert slack.channels.posts[-1].thread_ts == slack.channels.posts[0].ts
    assert slack.open_states() == {f"risk:{risk.id}": "dead"}


async def test_a_note_that_dies_brings_its_risk_along_once(slack: Slack) -> None:
    team = slack.team
    acme = team.add_broken("Acme", portfolio_id=None, deputy_id=team.tom.id)
    team.look()
    await slack.settle()
    (risk,) = team.risks(acme)
    assert slack.heard("U0MAYA") == [f"risk:{risk.id}"]
    slack.refusing["U0MAYA"] = GONE
    for actor in (team.ada, team.tom):
        with team.session() as session:
            ownership.assign(session, team.as_(team.ada), risk.id, actor.slack_id or "", MONDAY)
    await slack.settle()
    at_toms = [post for post in slack.channels.posts if post.channel == "U0TOM"]
    assert [post.thread_ts for post in at_toms] == [None, at_toms[0].ts, at_toms[0].ts]
    assert [post.key.split(":")[0] for post in at_toms] == ["risk", "risk-note", "risk-note"]


@pytest.mark.parametrize("deputy", [True, False])
async def test_at_sending_too_a_prompt_goes_to_the_deputy_else_to_the_manager(slack: Slack, deputy: bool) -> None:
    team = slack.team
    acme = team.add_broken("Acme", deputy_id=team.tom.id if deputy else None)
    slack.refusing["U0MAYA"] = GONE
    prompt_id = ask(slack, acme, day(MONDAY, 1))
    await slack.settle()
    slack.clock.move(hours=4)  # nine in New York, where Tom is
    await slack.settle()
    stand_in = team.tom if deputy else team.priya
    assert len(slack.heard(stand_in.slack_id or "")) == 1
    assert asked(slack, prompt_id) == (stand_in.id, PromptState.OPEN)
    maya = slack.write(members.by_id, 1, team.maya.id)
    assert maya.is_deactivated


async def test_a_reminder_to_somebody_who_left_asks_the_stand_in(slack: Slack) -> None:
    team = slack.team
    acme = team.add_broken("Acme")
    prompt_id = ask(slack, acme, day(MONDAY, 1))
    await slack.settle()
    assert slack.heard("U0MAYA") == [f"prompt:{prompt_id}"]
    slack.refusing["U0MAYA"] = GONE
    slack.clock.move(hours=23)
    assert slack.write(prompts.remind_due, slack.clock.at)
    await slack.settle()
    assert len(slack.heard("U0PRIYA")) == 1
    assert asked(slack, prompt_id)[0] == team.priya.id


async def test_a_prompt_that_was_handed_over_is_not_taken_back(slack: Slack) -> None:
    team = slack.team
    acme = team.add_broken("Acme", deputy_id=team.tom.id)
    slack.refusing["U0MAYA"] = GONE
    prompt_id = ask(slack, acme, day(MONDAY, 1))
    team.change("prompt", prompt_id, member_id=team.ada.id)
    await slack.settle()
    assert asked(slack, prompt_id)[0] == team.ada.id
    assert (slack.heard("U0TOM"), slack.heard("U0ADA")) == ([], [])


async def test_who_leaves_with_open_prompts_is_stood_in_for_at_once(slack: Slack) -> None:
    team = slack.team
    prompt_id = ask(slack, team.add_broken("Acme"), day(MONDAY, 1))
    await slack.settle()
    team.change("member", team.maya.id, is_deactivated=True)
    for _ in range(2):
        slack.write(reroute.reassign_prompts_of_leaver, team.maya, MONDAY)
    await slack.settle()
    assert len(slack.heard("U0PRIYA")) == 1
    assert asked(slack, prompt_id)[0] == team.priya.id


def put_loop_answered(slack: Slack) -> None:
    acme = slack.team.add_broken("Acme", deputy_id=slack.team.tom.id)
    action = slack.team.add("action", account_id=acme, text="SSO", loop=Loop.PRODUCT, opened_at=MONDAY)
    slack.write(actions.answer_loop, slack.team.as_(slack.team.ada), action, "Ships in May", MONDAY)


def put_unclaimed(slack: Slack) -> None:
    slack.team.add_broken("Acme")
    slack.team.look()
    assert slack.write(daily_review.remind_unclaimed, day(MONDAY, 2))


def put_batch(slack: Slack) -> None:
    slack.team.add_broken("Acme", tier=Tier.TECH_TOUCH, deputy_id=slack.team.tom.id)
    slack.team.look()
    assert slack.write(owner_alerts.send_due_batch, MONDAY)


def put_risks_more(slack: Slack) -> None:
    slack.team.change("portfolio", slack.team.portfolio_id, channel=None)
    for number in range(7):
        slack.team.add_broken(f"Account {number}")
    slack.team.look()


def put_digest(slack: Slack) -> None:
    slack.team.change("portfolio", slack.team.portfolio_id, channel=None, next_digest_at=MONDAY)
    for number in range(40):
        account_id = slack.team.add_broken(f"Account {number}", renews_in=10 + number)
        slack.team.add_outcome(account_id, None)
    slack.team.look()
    assert slack.write(digest.open_due_digest, MONDAY)


@pytest.mark.parametrize(
    ("put_one", "kind", "gone", "instead"),
    [
        (put_loop_answered, "loop_answered", "U0MAYA", "U0TOM"),
        (put_batch, "batch", "U0MAYA", "U0TOM"),
        (put_unclaimed, "unclaimed", "U0PRIYA", "U0ADA"),
        (put_risks_more, "risks-more", "U0PRIYA", "U0ADA"),
        (put_digest, "digest", "U0PRIYA", "U0ADA"),
    ],
)
async def test_every_kind_has_somebody_who_stands_in(
    slack: Slack, put_one: Callable[[Slack], None], kind: str, gone: str, instead: str
) -> None:
    slack.refusing[gone] = GONE
    put_one(slack)
    slack.clock.move(days=2)
    await slack.settle()
    assert slack.heard(gone) == []
    (key,) = [key for key in slack.heard(instead) if key.partition(":")[0].replace("-answered", "_answered") == kind]
    assert slack.said(key) is not None


@pytest.mark.slow
async def test_the_pages_of_a_digest_follow_it_in_their_order(slack: Slack) -> None:
    slack.refusing["U0PRIYA"] = GONE
    put_digest(slack)
    await slack.settle()
    posts = [post for post in slack.channels.posts if post.key.startswith("digest")]
    assert [post.channel for post in posts] == ["U0ADA"] * len(posts)
    assert len(posts) > 1 and {post.thread_ts for post in posts[1:]} == {posts[0].ts}
    assert [post.key.split(":")[2] for post in posts[1:]] == [str(page + 1) for page in range(len(posts) - 1)]


async def test_several_who_leave_on_one_day_are_all_told_of(slack: Slack) -> None:
    team = slack.team
    team.change("portfolio", team.portfolio_id, manager_id=None, channel=None)
    for owner in (team.maya, team.tom):
        slack.refusing[owner.slack_id or ""] = GONE
        ask(slack, team.add_broken(f"Of {owner.name}", owner_id=owner.id), day(MONDAY, 1))
    await slack.settle()
    slack.clock.move(hours=4)  # nine in New York, where Tom is
    await slack.settle()
    told = [slack.said(key) for key in slack.heard("U0ADA") if key.startswith("undelivered")]
    assert {(view.kind, view.place, view.code) for view in told} == {
        ("prompt", "U0MAYA", GONE),
        ("prompt", "U0TOM", GONE),
    }


async def test_an_admin_hears_of_the_risk_of_an_account_that_has_lost_everybody(slack: Slack) -> None:
    team = slack.team
    team.add_broken("Acme", portfolio_id=None, deputy_id=team.tom.id)
    slack.refusing |= {"U0MAYA": GONE, "U0TOM": GONE}
    team.look()
    await slack.settle()
    (key,) = slack.heard("U0ADA")
    assert slack.said(key).account == "Acme"
    team.add_broken("Brick", portfolio_id=None)
    team.look()
    await slack.settle()
    first, *later = slack.heard("U0ADA")
    assert first == key
    told = [(slack.said(key).account, slack.said(key).kind) for key in (first, *later)]
    kinds = (RiskKind.OWNER_LEFT, RiskKind.PROOF_DISPUTED)
    assert sorted(told) == [(account, kind) for account in ("Acme", "Brick") for kind in kinds]


async def test_where_nobody_is_left_the_log_says_so(slack: Slack) -> None:
    team = slack.team
    team.change("member", team.ada.id, is_admin=False)
    team.change("portfolio", team.portfolio_id, manager_id=None, channel=None)
    ask(slack, team.add_broken("Acme"), day(MONDAY, 1))
    slack.refusing["U0MAYA"] = GONE
    with capture_logs() as lines:
        await slack.settle()
    (line,) = [line for line in lines if line["event"] == "outbox.nobody_to_tell"]
    assert (line["log_level"], line["kind"], line["place"]) == ("error", "prompt", "U0MAYA")


async def test_a_risk_that_nobody_could_be_told_of_is_told_when_it_changes(slack: Slack) -> None:
    team = slack.team
    team.change("member", team.ada.id, is_admin=False)
    acme = team.add_broken("Acme", portfolio_id=None)
    slack.refusing["U0MAYA"] = GONE
    team.look()
    await slack.settle()
    assert slack.channels.posts == []
    team.change("account", acme, deputy_id=team.tom.id)
    with team.session() as session:
        ownership.claim(session, team.as_(team.tom), team.the_risk(acme).id, MONDAY)
    await slack.settle()
    assert [slack.said(key).account for key in slack.heard("U0TOM")] == ["Acme"]


async def test_a_dead_message_that_is_tried_again_is_not_sent_on_twice(slack: Slack) -> None:
    team = slack.team
    team.add_broken("Acme")
    slack.refusing[CHANNEL] = LOST
    team.look()
    await slack.settle()
    before = slack.heard("U0PRIYA")
    assert [key.split(":")[0] for key in before] == ["channel-lost", "risk"]
    dead = slack.write(lambda s: s.execute(select(outbox.c.id).where(outbox.c.state == "dead")).scalar_one())
    slack.write(outbox_admin.retry, dead)
    await slack.settle()
    assert slack.heard("U0PRIYA") == before


async def test_a_lost_channel_without_a_manager_is_told_to_an_admin_and_its_news_to_the_owner(slack: Slack) -> None:
    team = slack.team
    team.change("portfolio", team.portfolio_id, manager_id=None)
    team.add_broken("Acme")
    slack.refusing[CHANNEL] = LOST
    team.look()
    await slack.settle()
    assert [key.split(":")[0] for key in slack.heard("U0ADA")] == ["channel-lost"]
    assert [key.split(":")[0] for key in slack.heard("U0MAYA")] == ["risk"]
    assert team.portfolio().lost_channels == (CHANNEL,)


async def test_one_channel_for_everything_is_told_in_one_message(slack: Slack) -> None:
    team = slack.team
    team.change("portfolio", team.portfolio_id, product_channel=CHANNEL, go_to_market_channel="C0GTM")
    team.add_broken("Acme")
    slack.refusing[CHANNEL] = LOST
    team.look()
    await slack.settle()
    (key,) = [key for key in slack.heard("U0PRIYA") if key.startswith("channel-lost")]
    view = slack.said(key)
    assert (view.channel, view.news, view.loops) == (CHANNEL, True, ("Product",))
    assert team.portfolio().lost_channels == (CHANNEL,)


async def test_who_tells_of_a_lost_channel_may_have_left_too(slack: Slack) -> None:
    team = slack.team
    team.add_broken("Acme")
    slack.refusing |= {CHANNEL: LOST, "U0PRIYA": GONE}
    team.look()
    await slack.settle()
    assert [key.split(":")[0] for key in slack.heard("U0ADA")] == ["channel-lost"]
    assert [key.split(":")[0] for key in slack.heard("U0MAYA")] == ["risk"]


async def test_only_a_post_since_the_loss_makes_a_channel_found(slack: Slack) -> None:
    team = slack.team
    team.add_broken("Acme")
    team.look()
    await slack.settle()
    assert len(slack.heard(CHANNEL)) == 1
    slack.clock.move(minutes=1)
    team.change("portfolio", team.portfolio_id, channel_lost_at=slack.clock.at)
    assert not slack.write(NOTICE.do_one, slack.clock.at)
    slack.clock.move(minutes=1)
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), team.risks()[0].id, slack.clock.at)
    await slack.settle()
    assert slack.write(NOTICE.do_one, slack.clock.at)
    assert team.portfolio().lost_channels == ()
    assert not slack.write(NOTICE.do_one, slack.clock.at)
