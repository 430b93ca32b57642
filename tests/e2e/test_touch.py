"""What owners hear of accounts that nobody is asked about before every meeting: when something breaks, and monthly."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.enums import Source, Tier
from bot.features.accounts import tiers
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from tests.support.believable import Book, fill
from tests.support.bot_process import Stage

HOSTILE = "<!channel> *wrong* quarter, `says` <@U0MAYA>"


def break_it(stage: Stage, book: Book, tier: Tier) -> None:
    """Acme gets a tier by hand, and its proof is disputed."""
    ines = stage.actor("ines")
    new = NewEvidence(
        book.acme, book.outcome, "a form", Source.CUSTOMER_SYSTEM, stage.now.date(), value="6", attested_by=book.ana
    )
    stage.write(lambda s: tiers.overrule_tier(s, ines, book.acme, tier, stage.now, reason="As agreed"))
    piece = stage.write(lambda session: record.record(session, ines, new, stage.now))
    stage.write(lambda session: record.dispute(session, ines, piece, stage.now, by_person=book.ana, why=HOSTILE))


async def test_something_broke_in_low_touch_and_its_owner_answers_from_the_message(stage: Stage) -> None:
    book = fill(stage)
    break_it(stage, book, Tier.LOW_TOUCH)
    await stage.settle()
    ines = stage.person("ines")
    told = ines.text(ines.dm()[-1])
    assert "needs attention" in told and "Ana Ruiz disputes the proof" in told and "48,000 EUR" in told
    await ines.click("answer.account", message=ines.dm()[-1])
    assert ines.modal is not None and "Acme" in str(ines.modal["title"])
    await ines.submit({"change": "nothing"})
    await stage.settle()
    assert len(ines.dm()) == 1, "asked once"


async def test_tech_touch_is_one_message_on_the_first_working_morning(stage: Stage) -> None:
    book = fill(stage)
    await stage.go_to(datetime(2026, 3, 16, 9, 0, tzinfo=UTC))
    break_it(stage, book, Tier.TECH_TOUCH)
    ines = stage.person("ines")
    before = len(ines.dm())
    await stage.settle()
    assert len(ines.dm()) == before
    await stage.go_to(datetime(2026, 4, 1, 8, 1, tzinfo=UTC))
    told = ines.text(ines.dm()[-1])
    assert "1 tech-touch customer needs attention* since the last message" in told and "Acme GmbH" in told
    await stage.go_to(datetime(2026, 4, 2, 8, 1, tzinfo=UTC))
    batch, question = ines.dm()[before:]
    assert "tech-touch customer needs attention" in ines.text(batch)
    # The tier was set by hand, which keeps nobody from being asked for a call 60 days before the renewal.
    assert "Will they renew?" in ines.text(question)
    await ines.click("card.open", message=batch)
    assert "0% proven" in ines.text(ines.dm()[-1])
