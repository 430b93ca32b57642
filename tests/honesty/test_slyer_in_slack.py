"""Attempts that need Slack: what its clock, addresses and forms offer. Each docstring says how the attempt ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rooms import ACTIONS
from tests.honesty.keeper import LINK, PROVEN, UNPROVEN, Keeper, flat, near
from tests.support.bot_process import Stage, staged
from tests.support.shared import bind_acme, channel, choose, fill_shared, question, shared_workspace

TITLE = "Contracts signed within 5 days"


@pytest.fixture
def keeper(stage: Stage) -> Keeper:
    return Keeper.on(stage)


@pytest.fixture
async def shared(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace()) as stage:
        yield stage


async def test_an_outcome_gets_other_words_for_an_afternoon(keeper: Keeper) -> None:
    """Named on the card and in the digest: the figure of that afternoon, that it does not count, and by whom."""
    await keeper.proven()
    await keeper.digest(1)
    for title in (f"{TITLE}, pilot", TITLE):
        await keeper.form("/proof acme plan", ACTIONS.SETTLE_PLAN)
        await keeper.ines.submit({"what": "details:1"})
        await keeper.ines.submit({"title": title})
        await keeper.ines.submit({})
        await keeper.close(keeper.ines)
        if title != TITLE:
            await keeper.record(value="20", source="our_measurement")
        await keeper.stage.go_on(hours=1)
    named = f"20 days as of 9 Mar 2026 does not count: it was recorded while “{TITLE}” was something else for a time"
    card = await keeper.card()
    assert PROVEN in card and near(named) in card
    assert f"{named}; Inês Duarte put it back on 9 Mar 2026" in await keeper.digest(2)


async def test_the_owner_is_where_it_is_tomorrow_already(keeper: Keeper) -> None:
    """Not possible beyond the owner's own day, and the days of a bare link do not begin later for it."""
    await keeper.record(link=LINK)
    await keeper.form("/proof acme", ACTIONS.ADD_EVIDENCE)
    piece = {"outcome": "1", "value": "5", "source": "customer_system", "attested_by": "1"}
    assert "still to come" in await keeper.refused({**piece, "as_of": "2026-03-05", "link": f"{LINK}/2"})
    await keeper.stage.go_on(days=14)
    assert UNPROVEN in await keeper.card()


async def test_a_friend_at_the_customer_is_called_finance(shared: Stage) -> None:
    """Figures unchanged: an address that the owner typed makes nobody known, and Maya is asked who it is."""
    filled = fill_shared(shared, source="our_measurement", arrived_as=None)
    await bind_acme(shared)
    ines = shared.person("ines")
    await ines.command("/proof acme plan", "cs-north")
    await ines.click(ACTIONS.ADD_PERSON)
    await ines.submit({"name": "Jonas Falk", "parts": ["finance"], "email": "ana@acme.example"})
    while ines.modal:
        await ines.close()
    await ines.command("/proof acme", "cs-north")
    await choose(shared, "ines", "Ask for a confirmation")
    await ines.submit({"person": "Jonas Falk", "channel": channel(shared, "acme-shared")})
    if ines.modal and ines.modal["callback_id"] == "ask_who":
        await ines.submit({"slack_user": "Ana Ruiz"})
    await ines.close()
    await shared.settle()
    await shared.person("ana").click("confirm.right", message=question(shared))
    await shared.settle()
    tom, maya = shared.person("tom"), shared.person("maya")
    await tom.command("/proof acme", "cs-north")
    assert " 0% proven" in flat(tom, tom.sees("cs-north")[-1])
    assert any("Is that so?" in maya.text(message) for message in maya.dm()), filled
