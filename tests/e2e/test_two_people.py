"""Two people at once in Slack: what the second one sees, and that what they typed stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.outbox.types import Op
from bot.rooms import ACTIONS
from bot.store import schema
from bot.store.schema.outbox import outbox
from sandbox.errors import FormError
from tests.support.believable import ASKED, alarm, at_any_hour, fill
from tests.support.bot_process import Stage


async def baseline_form(stage: Stage, who: str) -> None:
    person = stage.person(who)
    await person.command("/proof acme plan")
    await person.click(ACTIONS.SETTLE_PLAN)
    await person.submit({"what": "details:1"})


async def test_a_form_that_was_overtaken_stays_open_with_what_was_typed(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await baseline_form(stage, "maya")
    await baseline_form(stage, "ines")
    await ines.submit({"baseline": "12"})
    await ines.close()
    with pytest.raises(FormError) as refused:
        await maya.submit({"baseline": "20"})
    told = "Inês Duarte changed the baseline to 12 days at 10:00. Nothing of yours is lost: copy what you typed, then "
    assert refused.value.errors == {"baseline": f"{told}open this again."}
    assert maya.modal is not None
    await maya.close()
    await baseline_form(stage, "maya")
    await maya.submit({"baseline": "20"})
    assert "easier than what Ana Ruiz agreed to on 20 Jan 2026" in str(maya.modal)
    assert stage.read(lambda s: s.execute(select(schema.outcome.c.baseline)).scalar_one()) == 12
    await maya.submit({"baseline": "20"})
    assert stage.read(lambda s: s.execute(select(schema.outcome.c.baseline)).scalar_one()) == 20


async def test_an_answer_of_two_names_both_and_closes_only_what_was_shown(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    await ines.click("prompt.answer")
    await maya.command("/answer acme")
    await maya.submit({"change": "belief", "what_changed": "Legal trusts it", "unproven": "Who signs in Spain?"})
    with pytest.raises(FormError) as refused:
        await ines.submit({"change": "behaviour", "what_changed": "Legal signs alone"})
    assert "Maya Lindqvist answered for this meeting at 10:01" in str(refused.value.errors)
    await ines.close()
    await stage.settle()
    await ines.click("answer.edit")
    await ines.submit({"what_changed": "Legal signs alone"})
    await stage.settle()
    prompt = ines.text(ines.dm()[-1])
    assert "Answered by Maya Lindqvist, changed by Inês Duarte (what changed," in prompt
    closed = stage.read(lambda s: s.execute(select(schema.gap.c.closed_on)).scalars().all())
    assert closed == [None]


async def test_a_button_on_a_message_that_is_out_of_date_renews_the_message(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    old = ines.dm()[-1]
    await maya.command("/answer acme")
    await maya.submit({"change": "belief", "what_changed": "Legal trusts it"})
    stage.write(lambda session: session.execute(delete(outbox).where(outbox.c.op == Op.UPDATE)))  # as if it were lost
    await ines.click("prompt.nothing", message=old)
    assert "This has changed since. Maya Lindqvist answered for Acme GmbH" in ines.text(ines.dm()[-1])
    await stage.settle()
    assert "Answered by Maya Lindqvist" in ines.text(ines.dm()[0])


async def test_who_was_asked_once_is_told_whom_to_ask(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    at_any_hour(stage)
    await stage.go_to(ASKED)
    await ines.click("prompt.hand_over")
    await ines.submit({"colleague": tom.id})
    await stage.settle()
    await tom.click("prompt.answer")
    await tom.submit({"change": "belief", "what_changed": "Legal trusts it"})
    await stage.go_to(datetime(2026, 9, 1, 10, 0, tzinfo=UTC))
    answered = next(message for message in tom.dm() if "is answered" in tom.text(message))
    await tom.click("answer.edit", message=answered)
    assert tom.modal is None
    assert "Ask Inês Duarte, who owns it, to change the answer." in tom.text(tom.dm()[-1])


async def test_of_two_who_take_a_risk_the_second_is_told_who_was_first_and_sees_it(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    maya, ines = stage.person("maya"), stage.person("ines")
    await stage.go_to(ASKED)
    announced = next(m for m in stage.sandbox.messages("cs-north") if "Acme" in m["text"])
    await ines.click(ACTIONS.CLAIM_RISK, message=announced)
    stage.write(lambda session: session.execute(delete(outbox).where(outbox.c.op == Op.UPDATE)))  # as if it were lost
    stage.clock.move(stage.now + timedelta(seconds=10))
    await maya.click(ACTIONS.CLAIM_RISK, message=announced)
    assert "Inês Duarte was first, 10 seconds ago." in [maya.text(message) for message in maya.sees("cs-north")]
    await stage.settle()
    renewed = next(m for m in stage.sandbox.messages("cs-north") if m["ts"] == announced["ts"])
    assert "Inês Duarte" in maya.text(renewed)
