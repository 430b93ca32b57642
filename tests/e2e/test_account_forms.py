"""Stage, tier, the isolation of our share and the packet, acted as people act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.enums import Source
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage


def words(person: Person) -> str:
    """What the open modal says, without marks and line breaks."""
    return " ".join(person.text(person.modal).replace("*", "").split())


def read(person: Person) -> str:
    """What the newest message says, without marks and line breaks."""
    return " ".join(person.text(person.sees()[-1]).replace("*", "").replace("_", "").split())


async def test_a_stage_is_put_by_hand_with_a_reason_and_released(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.settle()
    await ines.command("/proof acme stage")
    form = words(ines)
    assert "is in activation" in form and "a first win, with its date" in form and "Too few customers" in form
    with pytest.raises(FormError) as refused:
        await ines.submit({"stage": "renewal"})
    assert "reason" in refused.value.errors
    await ines.submit({"stage": "renewal", "reason": "They renew early"})
    await ines.command("/proof acme")
    assert "renewal" in ines.text(ines.sees()[-1])
    await ines.command("/proof acme stage")
    assert "Set by hand: They renew early Automatic: activation" in words(ines)
    await ines.submit({"stage": "ledger"})
    await ines.command("/proof acme")
    assert "activation" in ines.text(ines.sees()[-1])


async def test_a_reader_sees_stage_and_tier_without_a_form(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    await tom.command("/proof acme stage")
    assert "Acme GmbH is in" in words(tom) and not (tom.modal or {"submit": 1}).get("submit")
    await tom.close()
    await tom.command("/proof acme tier")
    assert "Acme GmbH is high touch" in words(tom) and not (tom.modal or {"submit": 1}).get("submit")


async def test_a_tier_is_put_by_hand_with_a_reason(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme tier")
    with pytest.raises(FormError) as refused:
        await ines.submit({"tier": "low_touch"})
    assert "reason" in refused.value.errors
    await ines.submit({"tier": "low_touch", "reason": "One user, no admin"})
    await ines.command("/proof acme tier")
    assert "Acme GmbH is low touch" in words(ines) and "One user, no admin" in words(ines)


async def test_our_share_is_isolated_right_after_recording_and_the_packet_is_accepted(stage: Stage) -> None:
    fill(stage)
    ines, tom, maya = stage.person("ines"), stage.person("tom"), stage.person("maya")
    await ines.command("/proof acme packet")
    assert "Nobody" not in read(ines) and "No evidence yet" in read(ines)
    await ines.command("/proof acme")
    await ines.click("card.evidence")
    figure = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
    await ines.submit({**figure, "link": "https://acme.example/signing"})
    assert "Which part of it is our contribution?" in words(ines)
    assert "Linked by Inês Duarte, nobody else has looked" in words(ines)
    await ines.click("evidence.isolate")
    with pytest.raises(FormError) as refused:
        await ines.submit({"method": "before_after", "note": "The intake form did a fifth", "money": "plenty"})
    assert "money" in refused.value.errors
    await ines.submit({"money": "120,000 EUR", "accepter_name": "Dana Fox"})
    assert "our share worked out; nobody has seen that they accepted the money" in words(ines)
    await ines.close()
    await maya.command("/proof acme evidence")
    await maya.click("evidence.shows")
    assert "Seen by Maya Lindqvist" in read(maya)
    await ines.command("/proof acme packet")
    told = read(ines)
    assert "Accepted by finance: 120,000 EUR a year · Dana Fox" in told and "seen by Maya Lindqvist" in told
    assert "100% proven of 1 outcome. Money: accepted 120,000 EUR a year, worth at the sale unknown." in told
    assert "15 → 5 days (target 5 days)" in told and "Our share: The intake form did a fifth" in told
    assert "Their side has not accepted it yet" in told
    await ines.click("packet.accept")
    await ines.submit({"by": "1"})
    assert "Ana Ruiz accepted the packet of Acme GmbH" in words(ines) and "does not count yet" in words(ines)
    await ines.close()
    await ines.command("/proof acme packet")
    assert "Recorded by Inês Duarte, nobody else can check it, so it does not count yet" in read(ines)
    await ines.click("packet.accept")
    await ines.submit({"by": "1", "link": "https://acme.example/mail/accepted"})
    assert "Maya Lindqvist is asked to look" in words(ines)
    await ines.close()
    await stage.settle()
    await maya.click("acceptance.cannot_open")
    await stage.settle()
    assert "Maya Lindqvist could not open it. Inês Duarte is told to share it" in maya.text(maya.dm()[-1])
    told = ines.text(ines.dm()[-1])
    assert "Maya Lindqvist cannot open it" in told and "https://acme.example/mail/accepted" in told
    await maya.command("/proof acme packet")
    assert "You could not open what shows it" in read(maya)
    await maya.click("acceptance.shows")
    await stage.settle()
    assert "it shows this" in maya.text(maya.dm()[-1])
    await ines.command("/proof acme packet", "cs-north")
    await ines.click("packet.share")
    shared = tom.text(tom.sees("cs-north")[-1])
    assert "Accepted by Ana Ruiz, champion, on" in shared and "Seen by Maya Lindqvist" in shared
    assert "does not count" not in shared and "Shared by" in shared


async def test_a_piece_in_the_list_can_be_isolated_disputed_or_withdrawn(stage: Stage) -> None:
    book = fill(stage)
    ines = stage.person("ines")
    new = NewEvidence(
        book.acme, book.outcome, "a form", Source.CUSTOMER_SYSTEM, stage.now.date(), value="6", attested_by=book.ana
    )
    new = replace(new, link="https://acme.example/signing")
    piece = stage.write(lambda session: record.record(session, stage.actor("ines"), new, stage.now))
    await ines.command("/proof acme evidence")
    await ines.click("evidence.menu", selected=f"isolate:{piece}")
    await ines.submit({"method": "comparison_group", "note": "Lyon works without us"})
    assert "Confirmed, our share worked out" in words(ines)
    await ines.close()
    await ines.command("/proof acme evidence")
    assert "Replaced by a newer piece" in read(ines)


async def test_a_baseline_left_for_later_is_given_from_the_plan(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme plan")
    await ines.click("plan.outcome")
    await ines.submit({"title": "Uptime holds", "metric": "uptime", "unit": "%", "direction": "hold"})
    assert "Where does it start?" in words(ines)
    await ines.close()
    await ines.command("/proof acme plan")
    await ines.click("plan.settle")
    await ines.submit({"what": "details:2"})
    with pytest.raises(FormError) as refused:
        await ines.submit({"baseline": "97"})
    assert "band_low" in refused.value.errors
    await ines.submit({"baseline": "97", "band_low": "99", "shelf_life_days": "30"})
    await ines.submit({"agreed_by": "1", "agreement_link": "https://acme.example/minutes"})
    assert "Where in their own system would it show?" in words(ines)
    await ines.submit({"shows_in": "Their status page"})
    assert ines.modal is None
    await ines.command("/proof acme plan")
    assert "Uptime holds" in read(ines)


async def test_the_card_as_of_a_day_shows_that_day(stage: Stage) -> None:
    book = fill(stage)
    ines = stage.person("ines")
    await stage.go_on(days=2)
    new = NewEvidence(
        book.acme, book.outcome, "a form", Source.CUSTOMER_SYSTEM, stage.now.date(), value="5", attested_by=book.ana
    )
    new = replace(new, link="https://acme.example/signing")
    stage.write(lambda session: record.record(session, stage.actor("ines"), new, stage.now))
    await ines.command("/proof acme as of 2026-03-03")
    then = read(ines)
    assert "as it was on 3 Mar 2026" in then and "0% proven" in then and "Add evidence" not in then
    await ines.command("/proof acme")
    assert "100% proven" in read(ines)
    await ines.command("/proof acme as of 2026-01-01")
    assert "was not here yet" in read(ines)
    await ines.command("/proof acme as of 2027-01-01")
    assert "not over yet" in read(ines)
