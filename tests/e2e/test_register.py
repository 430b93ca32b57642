"""The register of gaps and the answer's ticks in Slack, acted as people act."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage

QUESTION = "Whether finance accepts the hours"


def said(shown: Any, person: Person) -> str:
    """What a message or the open modal says, without marks and line breaks."""
    return " ".join(person.text(shown).replace("*", "").replace("_", "").split())


async def answered(stage: Stage) -> Person:
    """Inês has answered: one question is open, with a step by Friday."""
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.answer")
    step = {"next_action": "Ask Fin for the report", "next_due": "2026-03-06"}
    await ines.submit({"change": "belief", "what_changed": "They trust it", "unproven": QUESTION, **step})
    await stage.settle()
    return ines


async def listed(ines: Person) -> str:
    await ines.command("/proof acme gaps")
    return said(ines.sees()[-1], ines)


async def test_a_gap_is_edited_put_off_and_that_taken_back(stage: Stage) -> None:
    ines = await answered(stage)
    shown = await listed(ines)
    assert (
        f"{QUESTION}: an open question" in shown and "Next: Ask Fin for the report · Inês Duarte · 6 Mar 2026" in shown
    )
    assert "If it never comes: not recorded" in shown
    await ines.click("gap.edit", value="gap:1")
    await ines.submit({"risk_if_never": "The saving stays our word"})
    saved = said(ines.modal, ines)
    assert "Saved: Ask Fin for the report · Inês Duarte · 6 Mar 2026." in saved
    assert "If it never comes: The saving stays our word" in saved
    await ines.close()
    for day in ("2026-03-13", "2026-03-20"):
        await listed(ines)
        await ines.click("gap.menu", selected="move:gap:1")
        await ines.submit({"due_on": day})
    assert "20 Mar 2026, moved 2 times" in said(ines.modal, ines)
    await ines.click("gap.undo")
    assert "Taken back. It stands as before" in said(ines.modal, ines)
    assert "13 Mar 2026, moved 1 time" in said(ines.modal, ines)
    await ines.click("gap.list")
    assert "moved 1 time" in said(ines.modal, ines)


async def test_ok_closes_nothing_and_words_that_show_it_do(stage: Stage) -> None:
    ines = await answered(stage)
    await listed(ines)
    await ines.click("gap.close", value="gap:1")
    with pytest.raises(FormError) as refused:
        await ines.submit({"how": "ok"})
    assert "“ok” closes nothing" in refused.value.errors["how"]
    with pytest.raises(FormError):
        await ines.submit({"how": ""})
    await ines.submit({"how": "Ana wrote on Monday that finance takes the hours"})
    assert "Closed: Ana wrote on Monday that finance takes the hours" in said(ines.modal, ines)
    await ines.close()
    assert QUESTION not in await listed(ines)


async def test_a_gap_handed_over_comes_to_the_colleague_who_then_acts_on_it(stage: Stage) -> None:
    ines = await answered(stage)
    tom = stage.person("tom")
    await listed(ines)
    await ines.click("gap.menu", selected="hand:gap:1")
    with pytest.raises(FormError) as refused:
        await ines.submit({"colleague": ines.id})
    assert "has it already" in refused.value.errors["colleague"]
    await ines.submit({"colleague": tom.id})
    assert "Tom Okafor has it now and gets a message." in said(ines.modal, ines)
    await stage.go_on(hours=24)
    message = tom.dm()[-1]
    assert "Inês Duarte asks you to take something that is not proven at Acme GmbH: " + QUESTION in said(message, tom)
    await tom.click("gap.menu", message=message, selected="move:gap:1")
    await tom.submit({"due_on": "2026-03-20"})
    assert "20 Mar 2026, moved 1 time" in said(tom.modal, tom)


async def test_what_somebody_changed_meanwhile_is_not_overwritten(stage: Stage) -> None:
    ines = await answered(stage)
    maya = stage.person("maya")
    await listed(ines)
    await ines.click("gap.edit", value="gap:1")
    await maya.command("/proof acme gaps")
    await maya.click("gap.menu", selected="move:gap:1")
    await maya.submit({"due_on": "2026-03-20"})
    with pytest.raises(FormError) as refused:
        await ines.submit({"due_on": "2026-03-13"})
    assert "Maya" in str(refused.value.errors) and "Nothing of yours is lost" in str(refused.value.errors)


async def test_the_gap_of_an_outcome_says_where_it_would_show(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    assert "Where in their system it would show, and who could show it, is unknown." in await listed(ines)
    await ines.click("gap.menu", selected="shows:outcome:1")
    await ines.submit({"shows_in": "The contract report", "shown_by": "1"})
    assert "It would show in The contract report, Ana Ruiz could show it." in await listed(ines)


async def test_the_open_step_is_a_tick_and_not_written_twice(stage: Stage) -> None:
    ines = await answered(stage)
    await ines.command("/answer acme")
    assert "Ask Fin for the report, 6 Mar 2026" in str(ines.modal)
    with pytest.raises(FormError) as refused:
        await ines.submit({"change": "nothing", "next_action": "Ask Fin for the report"})
    assert "is open already, due 6 Mar 2026. Done?" in refused.value.errors["next_action"]
    await ines.submit({"done": ["1"], "next_action": "Send Ana the figures"})
    assert "Done: Ask Fin for the report" in said(ines.modal, ines)
    await ines.close()
    shown = await listed(ines)
    assert "No next step" in shown, "the step of the question is done, the new one is for nothing in particular"


async def test_unfolding_the_answer_keeps_what_was_typed(stage: Stage) -> None:
    ines = await answered(stage)
    await ines.command("/answer acme")
    await ines.click("done", selected=["1"])
    await ines.click("what_changed", selected="Plant two approves on the phone")
    await ines.click("answer.unfold")
    await ines.submit({"change": "behaviour", "decision": "Plant three goes live in May", "decision_of": "theirs"})
    shown = said(ines.modal, ines)
    assert "Plant two approves on the phone" in shown and "Done: Ask Fin for the report" in shown
    assert "It changed a decision of theirs: Plant three goes live in May" in shown


async def test_what_would_break_is_asked_in_the_plan_and_stands_on_the_card(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    await ines.command("/proof acme")
    assert "Without us" not in said(ines.sees()[-1], ines)
    await ines.command("/proof acme plan")
    await ines.click("plan.would_break")
    await ines.submit({"words": "Month-end close would take nine days again", "by": "1"})
    assert "“Month-end close would take nine days again”, Ana Ruiz" in said(ines.modal, ines)
    await ines.close()
    await ines.command("/proof acme")
    card = said(ines.sees()[-1], ines)
    assert "Without us: “Month-end close would take nine days again”, Ana Ruiz" in card
    assert "nobody else can check it" in card and "Last moved: nothing recorded" in card
    await ines.click("gap.list")
    assert "Acme GmbH: 1 not proven" in said(ines.sees()[-1], ines)
