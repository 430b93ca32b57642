"""Verdicts and theatre as people meet them in Slack: asked, judged, closed, snoozed, called off, and named."""

from __future__ import annotations

import pytest

from sandbox.errors import FormError
from tests.support.believable import ASKED, alarm, fill
from tests.support.bot_process import Stage


async def test_a_verdict_stands_on_the_card_with_whose_it_is(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme judge")
    assert "You answer for this account" in ines.text(ines.modal)
    await ines.submit({"verdict": "yes", "why": "good vibes", "would_change": "If Ana leaves"})
    await ines.close()
    await ines.command("/proof acme")
    card = ines.text(ines.sees()[-1])
    assert "*Would they renew on value?* Yes, says Inês Duarte, who owns the account" in card
    assert "good vibes (nothing is proven)" in card and "If Ana leaves" in card


async def test_ok_closes_no_risk_words_reach_the_manager_and_it_opens_again_the_next_day(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    told = next(m for m in stage.sandbox.messages("cs-north") if "Acme" in m["text"])
    await ines.click("risk.more", message=told, selected="Snooze until…")
    with pytest.raises(FormError) as refused:
        await ines.submit({"until": "2026-03-10", "why": "ok"})
    assert "“ok” is no reason" in refused.value.errors["why"]
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
    assert "I'll take it" in maya.text(again)
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
