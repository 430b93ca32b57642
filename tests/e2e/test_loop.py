"""The main job, acted as people act: asked before the meeting, answer, read the card, share it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import schema
from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage


async def test_asked_then_answered_then_on_the_card(stages: Stage) -> None:
    fill(stages)
    ines = stages.person("ines")
    await stages.go_to(ASKED)
    prompt = ines.dm()[-1]
    assert "Acme GmbH" in prompt["text"]
    assert "Contracts signed within 5 days: no evidence yet" in ines.text(prompt)

    await ines.click("prompt.answer", message=prompt)
    await ines.click("answer.evidence")
    figure = {"outcome": "1", "value": "10", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
    await ines.submit({**figure, "link": "https://acme.example/signing"})
    assert "Confirmed in their system" in ines.text(ines.modal) and "50%" in ines.text(ines.modal)
    await ines.close()
    await ines.submit(
        {
            "change": "behaviour",
            "what_changed": "Legal signs without calling us",
            "unproven": "Whether finance accepts the hours",
            "next_action": "Send Ana the figures",
            "next_due": "2026-03-06",
        }
    )
    assert ines.modal is None
    await stages.settle()
    answered = ines.text(ines.dm()[-1])
    assert len(ines.dm()) == 1
    assert "Legal signs without calling us" in answered and "moved the evidence" in answered

    await ines.command("/proof acme", "cs-north")
    card = ines.text(ines.sees("cs-north")[-1])
    assert "50% proven" in card and "Ana Ruiz" in card and "Send Ana the figures" in card
    assert "*Would they renew on value?* Not assessed yet." in card
    await ines.click("card.more", selected="Share here")
    shared = stages.person("tom").sees("cs-north")[-1]
    assert "50% proven" in stages.person("tom").text(shared) and "Shared by" in stages.person("tom").text(shared)


async def test_an_answer_can_be_edited_and_the_message_shows_it(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.answer")
    await ines.submit({"change": "belief", "what_changed": "They trust the figures"})
    await stage.settle()
    await ines.click("answer.edit")
    assert "They trust the figures" in str(ines.modal)
    await ines.submit({"what_changed": "They trust the figures now"})
    await stage.settle()
    assert "They trust the figures now" in ines.text(ines.dm()[-1]) and "edited" in ines.text(ines.dm()[-1])


async def test_nothing_changed_is_one_tap_and_takes_a_word_on_what_is_in_the_way(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.nothing")
    assert ines.modal is None
    await stage.settle()
    assert "is answered" in ines.text(ines.dm()[-1]) and "*Changed:* nothing" in ines.text(ines.dm()[-1])
    await ines.click("prompt.obstacle")
    with pytest.raises(FormError):
        await ines.submit({"stays": "outcome:1"})
    await ines.submit({"stays": "outcome:1", "why": "Their security review is late"})
    await stage.settle()
    assert "Their security review is late" in ines.text(ines.dm()[-1])


async def nothing_changed_before_a_renewal(stage: Stage, who: Person) -> dict[str, Any]:
    """Answer the prompt of a meeting a month before a renewal with *Nothing changed*; returns the message."""
    await stage.go_to(datetime(2026, 5, 5, 9, 30, tzinfo=UTC))
    prompt = next(message for message in reversed(who.dm()) if "soon: what changed" in message["text"])
    await who.click("prompt.nothing", message=prompt)
    await stage.settle()
    return prompt


async def test_nothing_changed_before_a_renewal_asks_whether_they_will_renew(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    prompt = await nothing_changed_before_a_renewal(stage, ines)

    def shown() -> str:
        return ines.text(next(message for message in ines.dm() if message["ts"] == prompt["ts"]))

    assert "*Will they renew?* Renewal 1 Jun 2026, notice period unknown. Nobody has said yet." in shown()
    await ines.click("prompt.renewal_at_risk", message=prompt)
    with pytest.raises(FormError):
        await ines.submit({"call": "at_risk"})
    await ines.submit({"call": "at_risk", "why": "Nobody there speaks for us"})
    assert ines.modal is None
    await stage.settle()
    assert "Will they renew? *At risk*, says Inês Duarte of their own account" in shown()
    assert "Nobody has said yet" not in shown()


@pytest.mark.parametrize("call", ["commit", "likely", "unknown", "at_risk"])
async def test_a_call_in_a_prompts_message_that_arrives_twice_is_kept_once(stage: Stage, call: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    prompt = await nothing_changed_before_a_renewal(stage, ines)
    if call == "at_risk":
        await ines.click("prompt.renewal_at_risk", message=prompt)
        stage.sandbox.duplicate_next()
        await ines.submit({"call": "at_risk", "why": "Nobody there speaks for us"})
    else:
        stage.sandbox.duplicate_next()
        await ines.click(f"prompt.renewal_{call}", message=prompt)
    await stage.settle()
    words = select(schema.renewal_call.c.call)
    assert stage.read(lambda session: list(session.execute(words).scalars())) == [call]


async def test_a_snoozed_prompt_comes_again(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.snooze", selected="1:hour")
    await stage.settle()
    assert "Snoozed" in ines.text(ines.dm()[-1])
    await stage.go_on(hours=1)
    assert len(ines.dm()) == 2


async def test_a_prompt_handed_over_is_answered_by_the_colleague(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await stage.go_to(ASKED)
    await ines.click("prompt.hand_over")
    await ines.submit({"colleague": tom.id})
    await stage.settle()
    assert "Tom Okafor answers" in ines.text(ines.dm()[-1])
    assert tom.dm() == []  # it is five in the morning where Tom is
    await stage.go_on(hours=4)
    await tom.click("prompt.answer")
    await tom.submit({"change": "nothing"})
    await stage.settle()
    assert "Answered by Tom Okafor" in ines.text(ines.dm()[-1])


async def test_a_meeting_that_is_off_is_not_reminded_and_old_buttons_say_so(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    asked = ines.dm()[-1]
    await ines.click("prompt.off")
    await stage.go_to(datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    assert "is off" in ines.text(ines.dm()[-1]) and len(ines.dm()) == 1
    assert asked["ts"] == ines.dm()[-1]["ts"]


async def test_one_reminder_then_silence_is_shown(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await stage.go_to(datetime(2026, 3, 4, 8, 1, tzinfo=UTC))
    assert "missing" in ines.text(ines.dm()[-1])
    await stage.go_to(datetime(2026, 3, 4, 10, 1, tzinfo=UTC))
    assert "passed without an answer" in ines.text(ines.dm()[0])
    assert len(ines.dm()) == 2


async def test_an_answer_in_one_line_is_checked_before_it_is_kept(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.command("/answer acme changed: legal signs alone unproven: the hours next: send figures by friday")
    preview = ines.sees()[-1]
    assert "legal signs alone" in ines.text(preview) and "6 Mar 2026" in ines.text(preview)
    await ines.click("answer.confirm", message=preview)
    assert "is answered" in ines.text(ines.sees()[-1])
    await stage.settle()
    assert "legal signs alone" in ines.text(ines.dm()[-1])


async def test_answer_alone_lists_what_is_owed(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer")
    assert "no answer" in ines.text(ines.sees()[-1])
    await stage.go_to(ASKED)
    await ines.command("/answer")
    await ines.click("prompt.answer.0")
    assert ines.modal is not None and "Acme" in str(ines.modal["title"])


@pytest.mark.parametrize(
    ("topic", "says"),
    [
        ("evidence", "no evidence yet"),
        ("plan", "What is success"),
        ("gap", "Legal goes back to e-mail"),
        ("risk", "Acme GmbH"),
        ("history", "wrote down the outcome"),
        ("agenda", "What success looks like"),
        ("actions", "No next step is open"),
    ],
)
async def test_every_topic_of_an_account_answers(stage: Stage, topic: str, says: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command(f"/proof acme {topic}")
    assert says in ines.text(ines.sees()[-1])


async def test_an_account_is_found_or_the_nearest_are_offered(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acmee")
    assert "Closest spelling" in ines.text(ines.sees()[-1])
    await ines.command("/proof zebra")
    assert "I know no “zebra”" in ines.text(ines.sees()[-1])
    await ines.click("card.choose.0")
    assert "0% proven" in ines.text(ines.sees()[-1])


async def test_a_new_account_is_added_and_its_meeting_set(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    await tom.command("/proof new")
    with pytest.raises(FormError):
        await tom.submit({"name": "acme gmbh"})
    await tom.submit({"name": "Globex", "arr": "1.2m"})
    assert "Globex" in tom.text(tom.modal)
    await tom.close()
    await tom.command("/proof globex cadence")
    with pytest.raises(FormError) as refused:
        await tom.submit({"kind": "weekly_sync", "first_day": "2026-03-05", "at": "10:00", "tz": "Mars/Base"})
    assert "tz" in refused.value.errors
    await tom.submit({"kind": "weekly_sync", "first_day": "2026-03-05", "at": "10:00", "tz": "America/New_York"})
    await stage.go_to(datetime(2026, 3, 4, 15, 1, tzinfo=UTC))
    assert "Globex" in tom.text(tom.dm()[-1]) and "No success plan yet." in tom.text(tom.dm()[-1])
    await tom.command("/proof globex")
    assert "1.2 M USD" in tom.text(tom.sees()[-1])


async def test_success_is_written_down_with_a_baseline(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme plan")
    await ines.click("plan.outcome")
    await ines.submit({"title": "Audit without findings", "metric": "findings", "direction": "down", "target": "0"})
    assert "Where does it start" in str(ines.modal)
    await ines.submit({"baseline": "12"})
    await ines.submit({"agreed_by": "1", "agreement_link": "https://acme.example/minutes"})
    await ines.command("/proof acme plan")
    assert "findings: 12 → 0" in ines.text(ines.sees()[-1])


async def test_a_promise_comes_back_from_product_and_closes_when_the_customer_is_told(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await stage.go_to(ASKED)
    await ines.click("prompt.answer")
    await ines.click("answer.unfold")
    await ines.submit(
        {"change": "nothing", "next_action": "SAP connector for Acme", "next_due": "2026-04-01", "loop": "product"}
    )
    await stage.settle()
    assert "needs Product" in tom.text(tom.sees("product")[-1])
    await tom.click("loop.answer")
    await tom.submit({"words": "Ships on 20 March"})
    await stage.settle()
    assert "Product answered" in ines.text(ines.dm()[-1])
    await ines.click("loop.told")
    await ines.submit({"words": "Your SAP connector ships on 20 March"})
    await stage.settle()
    assert "The customer was told" in tom.text(tom.sees("product")[-1])
    await ines.command("/proof acme actions")
    assert "No next step is open" in ines.text(ines.sees()[-1])
