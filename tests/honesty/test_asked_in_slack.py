"""What a person of the customer is asked in the shared channel, and what their yes is then used for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import assessments
from bot.domain.enums import Grade, Method
from bot.domain.proof.reference import link_key
from bot.features.evidence import attribution
from bot.features.evidence.attribution import Isolation
from tests.honesty.keeper import LINK
from tests.support.bot_process import Stage, staged
from tests.support.shared import Shared, bind_acme, channel, choose, fill_shared, question, shared_workspace


@pytest.fixture
async def shared(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace()) as stage:
        yield stage


async def ask(stage: Stage, person: str) -> None:
    """Inês asks somebody at Acme about the newest piece, and Maya says that they are who Inês says."""
    ines = stage.person("ines")
    await ines.command("/proof acme", "cs-north")
    await choose(stage, "ines", "Ask for a confirmation")
    await ines.submit({"person": person, "channel": channel(stage, "acme-shared")})
    if ines.modal and ines.modal["callback_id"] == "ask_who":
        await ines.submit({"slack_user": person})
    await ines.close()
    await stage.settle()
    await stage.person("maya").click("person.is")
    await stage.settle()


def worth_two_million(stage: Stage, filled: Shared) -> None:
    """Inês works out the money by herself, and says that Kim Li of finance has accepted it."""
    new = Isolation(filled.piece, "f", Method.COMPARISON_GROUP, "Two teams", "2,000,000", accepter_name="Kim Li")
    stage.write(lambda s: attribution.attribute(s, stage.actor("ines"), new, stage.now))


def grade(stage: Stage, filled: Shared) -> Grade | None:
    actor = stage.actor("tom")
    return stage.read(lambda s: assessments.assessed(s, actor, filled.book.acme, stage.now)[1].outcomes[0].grade)


async def test_a_yes_to_a_figure_becomes_a_yes_to_money(shared: Stage) -> None:
    """Not possible: the question says what the yes accepts, and how much. Kim disagrees, and it is disputed."""
    filled = fill_shared(shared, link=LINK, reference_key=link_key(LINK))
    await bind_acme(shared)
    worth_two_million(shared, filled)
    assert grade(shared, filled) is Grade.ATTRIBUTED
    await ask(shared, "Kim Li")
    kim = shared.person("kim")
    asked = kim.text(question(shared))
    assert "worth 2,000,000 EUR, accepted by Kim Li on 3 Mar 2026" in asked
    await kim.click("confirm.disagree", message=question(shared))
    await kim.submit({"why": "I have never seen that amount"})
    await shared.settle()
    assert grade(shared, filled) is Grade.ASSERTED


async def test_a_colleague_of_theirs_says_yes_to_money_that_somebody_else_is_said_to_have_accepted(
    shared: Stage,
) -> None:
    """Figures unchanged: the figure is confirmed, the money counts only by who is said to have accepted it."""
    filled = fill_shared(shared, link=LINK, reference_key=link_key(LINK))
    await bind_acme(shared)
    worth_two_million(shared, filled)
    await ask(shared, "Ana Ruiz")
    await shared.person("ana").click("confirm.right", message=question(shared))
    await shared.settle()
    assert grade(shared, filled) is Grade.ATTRIBUTED
