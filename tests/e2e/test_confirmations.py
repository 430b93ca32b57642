"""A customer confirms, corrects or disputes in a channel that they share with us: acted as both organisations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store import ledger, schema
from bot.store.entities import Entity
from sandbox.errors import FormError
from sandbox.faults import Fault
from tests.support.bot_process import Stage, staged
from tests.support.shared import Shared, bind_acme, channel, choose, fill_shared, question, shared_workspace


@pytest.fixture
async def shared(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace()) as stage:
        yield stage


async def ask(stage: Stage, filled: Shared, who: str = "Ana Ruiz", where: str = "acme-shared") -> None:
    """Inês asks somebody at Acme about the piece, from the card, and says who that is in Slack."""
    ines = stage.person("ines")
    await ines.command("/proof acme", "cs-north")
    await choose(stage, "ines", "Ask for a confirmation")
    await ines.submit({"person": who, "channel": channel(stage, where)})
    if ines.modal and ines.modal["callback_id"] == "ask_who":
        await ines.submit({"slack_user": who})
    await ines.close()
    await stage.settle()


async def vouch(stage: Stage) -> None:
    """Maya says that the Slack user is who Inês says."""
    await stage.person("maya").click("person.is")
    await stage.settle()


def checks(stage: Stage) -> list[tuple[str, str, int]]:
    """The checks of customers: kind, verdict, piece."""
    table = schema.evidence_check
    columns = (table.c.kind, table.c.verdict, table.c.evidence_id)
    return [tuple(row) for row in stage.read(lambda s: s.execute(select(*columns).order_by(table.c.id)).all())]


def piece(stage: Stage, piece_id: int) -> dict[str, object]:
    table = schema.evidence
    return dict(stage.read(lambda s: s.execute(select(table).where(table.c.id == piece_id)).mappings().one()))


async def test_the_customer_says_that_it_is_right(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    ana, ines = shared.person("ana"), shared.person("ines")
    asked = ana.text(question(shared))
    assert "Contracts signed within 5 days" in asked and "4.8 days" in asked and "2 Mar 2026" in asked
    await vouch(shared)
    await ana.click("confirm.right")
    await shared.settle()
    assert checks(shared) == [("customer", "confirmed", filled.piece)]
    assert "Ana Ruiz says this is right" in ana.text(question(shared))
    assert "confirm.right" not in str(question(shared)["blocks"])
    told = ines.text(ines.dm()[-1])
    assert "Ana Ruiz says this is right" in told and "Not confirmed" not in told


async def test_the_customer_takes_an_answer_back_and_confirms_that_they_accepted(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    await vouch(shared)
    ana, ines, kim = shared.person("ana"), shared.person("ines"), shared.person("kim")
    await ana.click("confirm.right")
    await shared.settle()
    await kim.click("confirm.take_back", message=question(shared))
    assert "Only Ana" in kim.text(kim.sees("acme-shared")[-1])
    await ines.click("confirm.take_back", message=question(shared))
    assert "Only people of the customer" in ines.text(ines.sees("acme-shared")[-1])
    await ana.click("confirm.take_back", message=question(shared))
    await shared.settle()
    assert "is this right?" in ana.text(question(shared))
    assert "takes back what they said" in ines.text(ines.dm()[-1])
    await ana.click("confirm.right")
    await shared.settle()
    await ines.command("/proof acme packet", "cs-north")
    await ines.click("packet.accept")
    await ines.submit({"by": "Ana Ruiz", "on": "2026-03-02"})
    await ines.close()
    await ines.command("/proof acme packet", "cs-north")
    assert "so it does not count yet" in ines.text(ines.sees("cs-north")[-1])
    await ines.click("acceptance.ask")
    await ines.submit({"person": "Ana Ruiz", "channel": channel(shared, "acme-shared")})
    await ines.close()
    await shared.settle()
    asked = shared.sandbox.messages("acme-shared")[-1]
    assert "The value proof packet" in ana.text(asked) and "accepted by Ana Ruiz, as of 2 Mar 2026" in ana.text(asked)
    assert "confirm.correct" not in str(asked["blocks"])
    await ana.click("confirm.right", message=asked)
    await shared.settle()
    assert "the packet counts as accepted" in ines.text(ines.dm()[-1])
    await ines.command("/proof acme packet", "cs-north")
    assert "Confirmed by Ana Ruiz" in ines.text(ines.sees("cs-north")[-1])


async def test_what_stands_in_the_shared_channel_is_the_claim_alone(shared: Stage) -> None:
    """No grade, no coverage, no money, no risk, no word of ours on how things stand."""
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    text = shared.person("ana").text(question(shared)).lower()
    for word in (
        "proven",
        "%",
        "measured",
        "confirmed",
        "observed",
        "grade",
        "coverage",
        "risk",
        "48,000",
        "renew",
        "evidence",
    ):
        assert word not in text, word


async def test_a_correction_is_a_new_piece_in_the_customers_name(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    await vouch(shared)
    ana, ines = shared.person("ana"), shared.person("ines")
    await ana.click("confirm.correct")
    for said, why in (("soon", "number"), ("4.8", "already")):
        with pytest.raises(FormError) as refused:
            await ana.submit({"said": said})
        assert why in refused.value.errors["said"]
    await ana.submit({"said": "6.5", "words": "Without the Lyon office"})
    assert "on record" in ana.text(ana.modal)
    await ana.close()
    await shared.settle()
    old = piece(shared, filled.piece)
    new = piece(shared, int(str(old["superseded_by"])))
    assert (str(new["value"]), new["statement"], new["attested_by"], new["recorded_by"]) == (
        "6.5",
        "Without the Lyon office",
        filled.book.ana,
        None,
    )
    assert new["as_of"] == old["as_of"]
    assert checks(shared) == [
        ("customer", "corrected", filled.piece),
        ("customer", "confirmed", new["id"]),
    ]
    assert "Ana Ruiz corrected it to 6.5 days" in ana.text(question(shared))
    assert "corrected it to 6.5 days" in ines.text(ines.dm()[-1])


async def test_who_disagrees_disputes_the_piece_and_a_risk_opens_at_once(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    await vouch(shared)
    ana, ines, maya = shared.person("ana"), shared.person("ines"), shared.person("maya")
    await ana.click("confirm.disagree")
    await ana.submit({"why": "That was one good week"})
    await ana.close()
    await shared.settle()
    disputed = piece(shared, filled.piece)
    assert (disputed["disputed_by"], disputed["disputed_why"]) == (filled.book.ana, "That was one good week")
    assert checks(shared) == [("customer", "disputed", filled.piece)]
    assert "disagrees" in ana.text(question(shared))
    assert "one good week" not in ana.text(question(shared)), "the reason is for us, not for the whole channel"
    assert any("That was one good week" in ines.text(message) for message in ines.dm())
    risks = [maya.text(message) for message in shared.sandbox.messages("cs-north")]
    assert any("disputed" in text.lower() or "dispute" in text.lower() for text in risks), risks


async def test_who_is_not_known_counts_for_nothing_until_somebody_else_says_who_it_is(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    ana, ines, maya = shared.person("ana"), shared.person("ines"), shared.person("maya")
    await ana.click("confirm.right")
    await shared.settle()
    assert checks(shared) == []
    assert "Not confirmed yet that this is Ana Ruiz" in ines.text(ines.dm()[-1])
    await ines.command("/proof acme", "cs-north")
    assert "not confirmed that this is Ana Ruiz" in ines.text(ines.sees("cs-north")[-1])
    await ines.command("/proof acme evidence", "cs-north")
    assert "not confirmed that this is Ana Ruiz" in ines.text(ines.sees("cs-north")[-1])
    asked = maya.text(maya.dm()[-1])
    assert "Is that so?" in asked and "Ana Ruiz" in asked
    await maya.click("person.is")
    await shared.settle()
    assert checks(shared) == [("customer", "confirmed", filled.piece)]
    assert "Ana Ruiz says this is right" in ines.text(ines.dm()[-1])
    await ines.command("/proof acme", "cs-north")
    assert "not confirmed that this is" not in ines.text(ines.sees("cs-north")[-1])


async def test_somebody_else_than_was_said_counts_for_nothing(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    ana, ines, maya = shared.person("ana"), shared.person("ines"), shared.person("maya")
    await ana.click("confirm.right")
    await shared.settle()
    await maya.click("person.is_not")
    await shared.settle()
    assert checks(shared) == []
    assert "somebody else" in ines.text(ines.dm()[-1])
    assert "counts for nothing" in maya.text(maya.dm()[-1])


async def test_an_address_of_the_crm_makes_a_person_known_at_once(shared: Stage) -> None:
    filled = fill_shared(shared)
    with_email(shared, filled, "import")
    await bind_acme(shared)
    await ask(shared, filled)
    await shared.person("ana").click("confirm.right")
    await shared.settle()
    assert checks(shared) == [("customer", "confirmed", filled.piece)]
    maya = shared.person("maya")
    assert not any("Is that so?" in maya.text(message) for message in maya.dm())


async def test_an_address_that_the_owner_typed_makes_nobody_known(shared: Stage) -> None:
    filled = fill_shared(shared)
    with_email(shared, filled, "modal")
    await bind_acme(shared)
    await ask(shared, filled)
    await shared.person("ana").click("confirm.right")
    await shared.settle()
    assert checks(shared) == []


def with_email(stage: Stage, filled: Shared, surface: str) -> None:
    """Inês gives Ana's address in a form, or Maya by an import: who has the account vouches for nobody."""
    author = stage.actor("maya" if surface == "import" else "ines", surface).author
    stage.write(lambda s: ledger.change(s, author, Entity.PERSON, filled.book.ana, stage.now, email="Ana@acme.example"))


async def test_a_second_press_and_a_doubled_one_say_how_it_stands(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    await vouch(shared)
    ana = shared.person("ana")
    as_asked = question(shared)
    shared.sandbox.duplicate_next(1)
    await ana.click("confirm.right")
    await shared.settle()
    assert checks(shared) == [("customer", "confirmed", filled.piece)]
    await ana.click("confirm.right", message=as_asked)
    assert "Ana Ruiz has answered this already" in ana.text(ana.sees("acme-shared")[-1])
    await ana.click("confirm.disagree", message=as_asked)
    assert "answered this already" in ana.text(ana.sees("acme-shared")[-1])
    assert ana.modal is None
    assert len(checks(shared)) == 1


async def test_an_old_question_about_a_withdrawn_piece_needs_no_answer(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    await vouch(shared)
    ines, ana = shared.person("ines"), shared.person("ana")
    await ines.command("/proof acme evidence", "cs-north")
    await ines.click("evidence.menu", selected=f"withdraw:{filled.piece}")
    await ines.submit({"why": "The wrong month"})
    await ana.click("confirm.right")
    assert "needs no answer any more" in ana.text(ana.sees("acme-shared")[-1])
    await shared.settle()
    assert "needs no answer any more" in ana.text(question(shared))
    assert checks(shared) == []


async def test_nobody_of_ours_can_answer(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    for who in ("ines", "maya"):
        person = shared.person(who)
        for action in ("confirm.right", "confirm.correct", "confirm.disagree"):
            await person.click(action, message=question(shared))
            assert "Only people of the customer" in person.text(person.sees("acme-shared")[-1])
            assert person.modal is None
    assert checks(shared) == []


async def test_their_guests_and_people_who_were_not_asked_hear_why(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    gil, kim = shared.person("gil"), shared.person("kim")
    asked = shared.sandbox.messages("acme-shared")[-1]
    await gil.click("confirm.right", message=asked)
    assert "Guests cannot answer" in gil.text(gil.sees("acme-shared")[-1])
    await kim.click("confirm.right", message=asked)
    assert "This asks Ana Ruiz" in kim.text(kim.sees("acme-shared")[-1])
    assert checks(shared) == []


async def test_a_question_needs_a_channel_that_only_the_customer_shares(shared: Stage) -> None:
    fill_shared(shared)
    ines = shared.person("ines")

    async def refusal(name: str) -> str:
        await ines.command("/proof acme", "cs-north")
        await choose(shared, "ines", "Ask for a confirmation")
        with pytest.raises(FormError) as refused:
            await ines.submit({"person": "Ana Ruiz", "channel": channel(shared, name)})
        await ines.close()
        return str(refused.value.errors["channel"])

    unbound = await refusal("acme-shared")
    assert "Nobody has confirmed yet that Acme is Acme GmbH's organisation" in unbound and "Maya Lindqvist" in unbound
    await bind_acme(shared)
    assert "Only people of ours" in await refusal("cs-north")
    assert "Rival" in await refusal("crowded")
    assert "/invite" in await refusal("without-us")
    shared.sandbox.share_channel("acme-shared", "pending")
    assert "Nobody has confirmed yet that T0INVITED is" in await refusal("acme-shared"), "whoever accepts reads it too"


async def test_the_same_piece_is_asked_about_once_a_day(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    await ask(shared, filled)
    with pytest.raises(FormError) as refused:
        await ask(shared, filled)
    assert "asked about this today" in str(refused.value)
    await shared.person("ines").close()
    first = question(shared)
    await shared.go_on(days=1)
    await ask(shared, filled)
    [_, again] = [m for m in shared.sandbox.messages("acme-shared") if "Contracts signed" in m["text"]]
    assert again["ts"] != first["ts"]
    ana = shared.person("ana")
    await ana.click("confirm.right", message=first)
    assert "needs no answer any more" in ana.text(ana.sees("acme-shared")[-1])
    await vouch(shared)
    await ana.click("confirm.right", message=again)
    await shared.settle()
    assert len(checks(shared)) == 1


async def test_who_asked_hears_when_the_channel_takes_no_message(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    shared.sandbox.fault(Fault("chat.postMessage", "error:is_archived"))
    await ask(shared, filled)
    ines = shared.person("ines")
    assert any("I could not ask Ana Ruiz" in ines.text(message).replace("*", "") for message in ines.dm())
    await ask(shared, filled)  # and may be asked again at once
    assert "4.8 days" in ines.text(question(shared))


async def test_a_question_arrives_once_when_slack_answers_late(shared: Stage) -> None:
    filled = fill_shared(shared)
    await bind_acme(shared)
    shared.sandbox.fault(Fault("chat.postMessage", "drop_after"))
    await ask(shared, filled)
    await shared.go_on(minutes=5)
    assert len([m for m in shared.sandbox.messages("acme-shared") if "4.8" in m["text"]]) == 1
