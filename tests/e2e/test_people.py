"""People at a customer, as a CSM keeps them in Slack: parts, leaving, coming back, a slip, and a name written again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.rooms import ACTIONS, CALLBACKS
from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage


def words(person: Person) -> str:
    """What the open modal says, without marks and line breaks."""
    return " ".join(person.text(person.modal).replace("*", "").split())


async def card(person: Person) -> str:
    await close(person)
    await person.command("/proof acme")
    return " ".join(person.text(person.sees()[-1]).replace("*", "").replace("_", "").split())


async def close(person: Person) -> None:
    while person.modal:
        await person.close()


async def plan_form(person: Person, action: str) -> None:
    await close(person)
    await person.command("/proof acme plan")
    await person.click(action)


async def record(person: Person, attested_by: str, as_of: str) -> None:
    """Their champion writes that the target is met."""
    await close(person)
    await person.command("/proof acme")
    await person.click(ACTIONS.ADD_EVIDENCE)
    piece: dict[str, Any] = {"outcome": "1", "value": "5", "source": "customer_wrote"}
    await person.submit({**piece, "as_of": as_of, "attested_by": attested_by, "link": f"https://acme.example/{as_of}"})


async def test_one_person_gets_several_parts(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await plan_form(ines, ACTIONS.ADD_PERSON)
    with pytest.raises(FormError) as refused:
        await ines.submit({"name": "Kim Li"})
    assert refused.value.errors
    await ines.submit({"name": "Kim Li", "parts": ["finance", "economic_buyer"], "email": "kim@acme.example"})
    assert "Saved: Kim Li, economic buyer and finance." in words(ines)
    assert "economic buyer Kim Li" in await card(ines)
    await plan_form(ines, ACTIONS.PEOPLE)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_2", selected="edit:2")
    await ines.submit({"parts": ["finance", "blamed", "economic_buyer"], "title": "CFO"})
    assert "Kim Li, CFO: economic buyer, accountable and finance" in words(ines)


async def test_the_champion_leaves_and_is_not_there_again_by_a_name(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await record(ines, "1", "2026-03-02")
    assert "100% proven" in await card(ines)
    await plan_form(ines, ACTIONS.PEOPLE)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_1", selected="left:1")
    await ines.submit({"on": "2026-03-02"})
    assert "Saved: Ana Ruiz, champion, left 2 Mar 2026." in words(ines)
    assert "0% proven" in await card(ines)

    await plan_form(ines, ACTIONS.ADD_PERSON)
    await ines.submit({"name": "Ana Ruíz", "parts": ["champion"], "email": "ana@elsewhere.example"})
    assert ines.modal is not None and ines.modal["callback_id"] == CALLBACKS.PERSON
    assert "Ana Ruiz left on 2 Mar 2026. Who is this?" in words(ines)
    await ines.submit({"who": "other"})
    assert "looks like Ana Ruiz, who left, nothing attested since" in words(ines)
    shown = await card(ines)
    assert "0% proven" in shown
    assert "champion Ana Ruíz (looks like Ana Ruiz, who left 2 Mar; nothing attested since)" in shown

    await stage.go_on(days=1)
    await record(ines, "2", "2026-03-04")
    shown = await card(ines)
    assert "100% proven" in shown and "looks like" not in shown


async def test_the_same_person_comes_back_and_what_they_said_before_stays_down(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await record(ines, "1", "2026-03-02")
    await plan_form(ines, ACTIONS.SETTLE_PLAN)
    await ines.submit({"what": "left:1", "on": "2026-03-02"})
    assert "Saved: Ana Ruiz, champion, left 2 Mar 2026." in words(ines)
    await stage.go_on(days=2)
    await plan_form(ines, ACTIONS.ADD_PERSON)
    await ines.submit({"name": "A. Ruiz", "parts": ["champion"]})
    await ines.submit({"who": "same"})
    assert "Saved: Ana Ruiz, champion, left 2 Mar 2026, back since 5 Mar 2026, nothing attested since." in words(ines)
    assert re.search(r"\b0% proven", await card(ines))


async def test_a_slip_is_undone_in_the_same_place(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await record(ines, "1", "2026-03-02")
    await plan_form(ines, ACTIONS.PEOPLE)
    await ines.click(ACTIONS.PERSON_MENU, block_id="person_1", selected="left:1")
    await ines.submit({"on": "2026-03-02"})
    await ines.click(ACTIONS.UNDO_LEFT)
    assert "a departure was taken back 3 Mar 2026 by Inês Duarte" in words(ines)
    shown = await card(ines)
    assert "100% proven" in shown
    assert "(noted as gone, taken back 3 Mar by Inês Duarte)" in shown
    await tom.command("/proof acme plan")
    assert "People" not in str(tom.sees()[-1].get("blocks"))


async def test_days_that_cannot_be_meant_are_refused_at_their_field(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof new")
    for renewal, sentence in (("2026-02-01", "has passed"), ("2026-03-03", "comes after the start")):
        with pytest.raises(FormError) as refused:
            await ines.submit(
                {"name": "Birch", "currency": "USD", "contract_start": "2026-04-01", "renewal_date": renewal}
            )
        assert sentence in refused.value.errors["renewal_date"]
    await ines.submit({"contract_start": "2026-03-01", "renewal_date": "2027-03-01"})
    for action, typed, field in (
        (ACTIONS.ADD_OUTCOME, {"title": "Faster", "due_on": "2026-03-01"}, "due_on"),
        (ACTIONS.ADD_OBSTACLE, {"kind": "approvals", "text": "Review", "due_on": "2026-03-01"}, "due_on"),
        (ACTIONS.ADD_PROMISE, {"text": "SAP", "promised_on": "2026-03-05"}, "promised_on"),
        (ACTIONS.ADD_PROMISE, {"text": "SAP", "promised_on": "2026-03-01", "due_on": "2026-02-01"}, "due_on"),
        (ACTIONS.FIRST_WIN, {"on": "2026-02-28", "words": "It worked"}, "on"),
    ):
        await close(ines)
        await ines.command("/proof birch plan")
        await ines.click(action)
        with pytest.raises(FormError) as refused:
            await ines.submit(typed)
        assert set(refused.value.errors) == {field}, (action, refused.value.errors)
    assert "The contract with Birch started on 1 Mar 2026" in refused.value.errors["on"]
