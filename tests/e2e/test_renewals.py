"""Renewals as people meet them in Slack: asked for a call, for how it ended; what manager and channel read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.errors import FormError
from tests.support.believable import fill
from tests.support.bot_process import Stage

APRIL = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
"""Sixty days before Acme's renewal are over since yesterday; a Friday."""
THE_DAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


async def test_the_owner_calls_the_renewal_with_a_verdict_and_everybody_reads_whose_call_it_is(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(APRIL)
    (ask,) = [m for m in ines.dm() if "will they renew?" in m["text"]]
    assert "Notice period unknown" in ines.text(ask) and "48,000 EUR" in ines.text(ask)
    await ines.click("renewal.at_risk", message=ask)
    with pytest.raises(FormError) as refused:
        await ines.submit({"call": "at_risk"})
    assert refused.value.errors["why"] == "Say in a sentence why."
    with pytest.raises(FormError) as refused:
        await ines.submit({"call": "at_risk", "why": "Nobody there speaks for us", "verdict": "no"})
    assert "change your mind" in refused.value.errors["would_change"]
    await ines.submit(
        {"call": "at_risk", "why": "Nobody there speaks for us", "verdict": "no", "would_change": "A sponsor"}
    )
    await ines.close()
    await stage.settle()
    after = next(m for m in ines.dm() if m["ts"] == ask["ts"])
    assert "*At risk*, you said 2 Apr 2026: Nobody there speaks for us" in ines.text(after)
    await maya.command("/proof acme")
    card = maya.text(maya.sees()[-1])
    assert "*Renewal:* at risk, says Inês Duarte of their own account" in card
    assert "*Would they renew on value?* No" in card
    await maya.command("/portfolio renewals")
    listed = maya.text(maya.sees()[-1])
    assert "*At risk* 48,000 EUR (1)" in listed and "No percentages" in listed


async def test_a_renewal_that_its_owner_records_is_confirmed_by_the_manager(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(THE_DAY)
    ask = next(m for m in ines.dm() if "how did it end?" in m["text"])
    await ines.click("renewal.renewed", message=ask)
    with pytest.raises(FormError) as refused:
        await ines.submit({"arr": "60000"})
    assert "went from 48,000 EUR to 60,000 EUR" in refused.value.errors["moved"]
    await ines.submit({"arr": "60000", "moved": "more_use", "notice_days": "30", "decided": "Month-end runs on it"})
    assert "Nobody else has confirmed it." in ines.text(ines.modal)
    await ines.close()
    await stage.settle()
    assert "On record: expanded, 60,000 EUR" in ines.text(next(m for m in ines.dm() if m["ts"] == ask["ts"]))
    (review,) = [m for m in maya.dm() if "did they renew?" in m["text"]]
    await maya.click("renewal.confirm", message=review)
    await stage.settle()
    assert "confirmed by Maya" in maya.text(next(m for m in maya.dm() if m["ts"] == review["ts"]))
    await maya.command("/proof acme")
    card = maya.text(maya.sees()[-1])
    assert "60,000 EUR" in card and "notice ends" in card and "in 365 days" in card


async def test_a_loss_reaches_the_channel_with_its_reason_and_the_card_keeps_it(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await ines.command("/proof acme renewal")
    await ines.click("renewal.left", message=ines.sees()[-1])
    with pytest.raises(FormError) as refused:
        await ines.submit({"last_day": "2026-03-02", "because": "other"})
    assert refused.value.errors["because_words"] == "Say what the reason was."
    await ines.submit({"last_day": "2026-03-02", "because": "competitor", "uses_now": "Their ERP's own module"})
    await ines.close()
    await stage.go_on(days=1)
    (told,) = [m for m in stage.sandbox.messages("cs-north") if "left, 48,000 EUR" in m["text"]]
    read = maya.text(told)
    assert "moved to a competitor: Their ERP's own module" in read and "0% proven, 0 of 1 outcomes that day" in read
    await maya.command("/proof acme")
    card = maya.text(maya.sees()[-1])
    assert "Acme GmbH: former customer" in card and "Left 2 Mar, 48,000 EUR: moved to a competitor" in card
    assert "Nothing was proven then." in card


async def test_who_pays_by_the_month_from_now_on_has_no_renewal_and_the_digest_names_it(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(THE_DAY)
    ask = next(m for m in ines.dm() if "how did it end?" in m["text"])
    await ines.click("renewal.renewed", message=ask)
    await ines.submit({"arr": "36000", "moved": "discount", "monthly": ["yes"]})
    assert "pays by the month" in ines.text(ines.modal)
    await ines.close()
    await stage.settle()
    (review,) = [m for m in maya.dm() if "did they renew?" in m["text"]]
    assert "36,000 EUR (was 48,000 EUR), by the month from now on" in maya.text(review)
    await maya.command("/proof acme")
    assert "onthly" in maya.text(maya.sees()[-1])
