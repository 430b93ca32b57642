"""The proof card as people read and press it: every outcome, the green button, what stands behind each button."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bot.rooms import ACTIONS
from sandbox.person import Person
from tests.support import factory
from tests.support.believable import fill
from tests.support.bot_process import Stage


def flat(person: Person, shown: Any) -> str:
    return " ".join(person.text(shown).replace("*", "").split())


async def record(ines: Person, **more: str) -> None:
    """Inês records that contracts are signed within 10 days, in the form that is open."""
    piece = {"outcome": "1", "value": "10 days", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
    await ines.submit({**piece, "link": "https://acme.example/signing", **more})


async def test_an_outcome_is_told_in_two_lines(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await ines.command("/proof acme")
    await ines.click(ACTIONS.ADD_EVIDENCE)
    await record(ines)
    assert "Confirmed in their system" in ines.text(ines.modal)
    await tom.command("/proof acme", "cs-north")
    card = flat(tom, tom.sees("cs-north")[-1])
    assert "Acme GmbH: 50% proven" in card
    assert ":large_yellow_square: Contracts signed within 5 days 15 → 10 days, target 5" in card
    known = "Confirmed in their system · Ana Ruiz, Head of Legal · linked by Inês Duarte, nobody else has looked"
    assert f"{known} · 1 day ago · 50% of the way" in card
    assert "1 outcome, partly proven · 0% seen by somebody else" in card
    await stage.go_on(days=80)
    await tom.command("/proof acme as of 2026-03-05")
    assert "as it was on 5 Mar 2026" in flat(tom, tom.sees()[-1])


async def test_each_button_shows_what_it_says(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    for action, says in (
        (ACTIONS.OPEN_LIST, "0 pieces of evidence"),
        (ACTIONS.SHOW_GAPS, "Acme GmbH: 1 not proven"),
        (ACTIONS.OPEN_PACKET, "Acme GmbH: what is proven"),
        (ACTIONS.OPEN_PLAN, "Acme GmbH: success plan"),
        (ACTIONS.SHOW_HISTORY, "Acme GmbH: what happened"),
    ):
        await tom.command("/proof acme")
        await tom.click(action)
        assert says in flat(tom, tom.sees()[-1])


async def test_a_renewal_that_is_past_asks_how_it_ended(stage: Stage) -> None:
    book = fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    past: dict[str, Any] = {"renewal_date": stage.now.date() - timedelta(days=7)}
    stage.write(lambda session: factory.restate(session, book.acme, stage.now, **past))
    await tom.command("/proof acme")
    assert "How did it end?" not in flat(tom, tom.sees()[-1]), "Tom may not record it"
    await ines.command("/proof acme")
    assert "How did it end?" in flat(ines, ines.sees()[-1])
    await ines.click(ACTIONS.RENEWED)
    assert ines.modal is not None and ines.modal["callback_id"] == "renewal_renewed"
    await ines.close()
    await ines.click(ACTIONS.LEFT)
    assert ines.modal is not None and ines.modal["callback_id"] == "renewal_left"
    await ines.submit({"because": "price_or_budget"})
    await ines.close()
    await ines.command("/proof acme")
    assert "How did it end?" not in flat(ines, ines.sees()[-1])


async def test_the_menu_of_an_owner_assesses_edits_and_shares(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    for option, title in (("Assess", "Your verdict"), ("Edit account", "Edit")):
        await ines.command("/proof acme", "cs-north")
        await ines.click(ACTIONS.CARD_MORE, selected=option)
        assert title in str(ines.modal)
        await ines.close()
    await ines.command("/proof acme", "cs-north")
    await ines.click(ACTIONS.CARD_MORE, selected="Share here")
    shared = flat(tom, tom.sees("cs-north")[-1])
    assert "Shared by" in shared and "as it stood on 3 Mar. The buttons show today." in shared
    await tom.click(ACTIONS.SHOW_HISTORY, message=tom.sees("cs-north")[-1])
    assert "what happened" in flat(tom, tom.sees("cs-north")[-1])


async def test_a_reader_asks_the_owner_for_a_plan(stage: Stage) -> None:
    fill(stage)
    tom, ines = stage.person("tom"), stage.person("ines")
    await ines.command("/proof new")
    await ines.submit({"name": "Lantern Games", "arr": "40,000", "currency": "USD"})
    await ines.close()
    await stage.settle()
    before = len(ines.dm())
    await tom.command("/proof lantern")
    assert "Lantern Games: no success plan" in flat(tom, tom.sees()[-1])
    for _ in range(2):
        await tom.click(ACTIONS.ASK_FOR_PLAN)
        assert "Asked: Inês Duarte gets your request" in flat(tom, tom.sees()[-1])
        await tom.command("/proof lantern")
    await stage.go_on(hours=3)
    await stage.settle()
    [asked] = [message for message in ines.dm()[before:] if "asks you for a success plan" in message["text"]]
    assert "Tom Okafor asks you for a success plan for Lantern Games" in flat(ines, asked)
    await ines.click(ACTIONS.ADD_OUTCOME, message=asked)
    assert ines.modal is not None


async def test_older_lines_of_the_history_come_by_a_button(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    for number in range(20):
        await ines.command("/proof acme plan")
        await ines.click(ACTIONS.ADD_OBSTACLE)
        await ines.submit({"kind": "friction", "text": f"Obstacle {number}"})
    await ines.command("/proof acme history")
    first = flat(ines, ines.sees()[-1])
    assert "Obstacle 19" in first and re.search(r"Older \(\d+\)", str(ines.sees()[-1]))
    await ines.click(ACTIONS.OLDER_HISTORY)
    older = flat(ines, ines.sees()[-1])
    assert "From number 21." in older and "Obstacle 19" not in older
    await ines.click(ACTIONS.NEWER_HISTORY)
    assert "Obstacle 19" in flat(ines, ines.sees()[-1])


async def test_somebody_new_is_named_as_who_says_so(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme")
    await ines.click(ACTIONS.ADD_EVIDENCE)
    await ines.click("value", selected="6 days")
    await ines.click(ACTIONS.ATTESTOR, selected="Somebody new")
    assert "6 days" in str(ines.modal) and "attestor_name" in str(ines.modal)
    piece = {"outcome": "1", "value": "6 days", "source": "customer_system", "attestor_name": "Leo Park"}
    await ines.submit({**piece, "link": "https://acme.example/signing"})
    await ines.close()
    await ines.command("/proof acme evidence")
    assert "6 days for “Contracts signed within 5 days”" in flat(ines, ines.sees()[-1])
    assert "Leo Park" in flat(ines, ines.sees()[-1])


async def test_agenda_and_packet_are_shared_and_copied(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await ines.command("/proof acme", "cs-north")
    await ines.click(ACTIONS.ADD_EVIDENCE)
    await record(ines)
    await ines.close()
    await ines.command("/proof acme agenda", "cs-north")
    await ines.click(ACTIONS.COPY_AGENDA)
    text = ines.text(ines.modal)
    assert "What we achieved" in text and "\n- “Contracts signed within 5 days”: 10 days" in text
    await ines.close()
    await ines.click(ACTIONS.SHARE_AGENDA)
    shared = flat(tom, tom.sees("cs-north")[-1])
    assert "What we achieved" in shared and "Shared by" in shared
    await ines.command("/proof acme packet", "cs-north")
    await ines.click(ACTIONS.COPY_PACKET)
    assert "50% proven of 1 outcome" in ines.text(ines.modal)
