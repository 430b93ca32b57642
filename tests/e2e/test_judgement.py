"""Verdicts and theatre as people meet them in Slack: asked, judged, closed, snoozed, called off, and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.errors import FormError
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage

APRIL = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
"""Sixty days before Acme's renewal are over since yesterday; a Friday."""


async def test_the_owner_is_asked_before_the_renewal_and_the_message_shows_the_verdict(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(APRIL)
    (ask,) = [m for m in ines.dm() if "would they renew on value" in m["text"]]
    assert "Not assessed yet." in ines.text(ask)
    await ines.click("card.judge", message=ask)
    assert "You answer for this account" in ines.text(ines.modal)
    await ines.submit({"verdict": "yes", "why": "good vibes", "would_change": "If Ana leaves"})
    await ines.close()
    await stage.settle()
    (after,) = [m for m in ines.dm() if m["ts"] == ask["ts"]]
    assert "Yes, says Inês Duarte, who owns the account" in ines.text(after)
    assert not any(
        element.get("action_id") == "card.judge" for b in after["blocks"] for element in b.get("elements", [])
    )
    await ines.command("/proof acme")
    card = ines.text(ines.sees()[-1])
    assert "Would they renew on value? *Yes*, says Inês Duarte, who owns the account" in card
    assert "good vibes (nothing is proven)" in card and "If Ana leaves" in card


async def test_ok_closes_no_risk_words_reach_the_manager_and_it_opens_again_the_next_day(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    told = next(m for m in stage.sandbox.messages("cs-north") if "Acme" in m["text"])
    await ines.click("risk.snooze", message=told)
    with pytest.raises(FormError) as refused:
        await ines.submit({"until": "2026-03-10", "why": "ok"})
    assert "“ok” puts nothing off" in refused.value.errors["why"]
    await ines.close()
    await ines.click("risk.close", message=told)
    with pytest.raises(FormError) as refused:
        await ines.submit({"how": "ok"})
    assert "“ok” closes nothing" in refused.value.errors["how"]
    await ines.submit({"how": "Ana signs the plan with us on Friday"})
    await stage.settle()
    (read,) = [m for m in maya.dm() if "closed a risk of Acme" in m["text"]]
    assert "Inês Duarte, who owns the account, closed it without evidence" in maya.text(read)
    assert "Ana signs the plan with us on Friday" in maya.text(read)
    await stage.go_on(days=1)
    again = next(m for m in stage.sandbox.messages("cs-north") if m["ts"] == told["ts"])
    assert "I have it" in maya.text(again)
    thread = [m for m in stage.sandbox.messages("cs-north") if m.get("thread_ts") == told["ts"]]
    assert any("It is still true, so it is open again" in maya.text(m) for m in thread)


async def test_a_manager_sees_on_home_who_called_meetings_off_and_the_owner_does_not(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    prompt = next(m for m in ines.dm() if "Acme" in m["text"])
    await ines.click("prompt.off", message=prompt)
    await maya.open_home()
    assert "Inês Duarte: 1 meeting called off (usual: 1)" in maya.text(maya.home)
    await ines.open_home()
    assert "called off" not in ines.text(ines.home)


async def test_a_promise_is_mentioned_by_saying_what_was_said(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme plan")
    await ines.click("plan.promise")
    await ines.submit({"text": "Single sign-on by spring"})
    await ines.command("/proof acme plan")
    await ines.click("plan.settle")
    with pytest.raises(FormError) as refused:
        await ines.submit({"what": "mentioned:1", "why": "ok"})
    assert "Say what was said" in refused.value.errors["why"]
    await ines.submit({"what": "mentioned:1", "why": "Told Ana that it ships in June"})
    await ines.command("/proof acme")
    assert "“Told Ana that it ships in June”" in ines.text(ines.sees()[-1])
