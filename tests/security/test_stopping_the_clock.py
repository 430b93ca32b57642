"""The attacks on the clock as people do them, against the real bot: a command, a form, and old rows."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.store import schema
from sandbox.errors import FormError
from tests.support import factory
from tests.support.believable import ASKED, alarm, channel_id, fill
from tests.support.bot_process import Stage


def spoken(messages: list[dict[str, Any]]) -> str:
    """All words of some messages."""
    return json.dumps([(message["text"], message.get("blocks")) for message in messages], ensure_ascii=False)


async def test_a_day_that_nobody_means_is_answered_with_what_to_write(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer acme changed: nothing next: call them by 9999-12-31")
    assert "Choose a date between 1950 and 2199." in spoken(ines.sees()[-1:])
    await ines.command("/proof acme as of 0001-01-01")
    assert "Choose a date between 1950 and 2199." in spoken(ines.sees()[-1:])


async def test_a_form_keeps_what_was_typed_and_names_the_day_at_fault(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await maya.command("/proof new")
    typed = {"name": "Beta", "currency": "$$$", "arr": "5", "renewal_date": "9999-12-31"}
    with pytest.raises(FormError, match="renewal_date: Choose a date between 1950 and 2199"):
        await maya.submit(typed)
    with pytest.raises(FormError, match=r"arr: I do not know the currency \$\$\$"):
        await maya.submit({**typed, "renewal_date": "2026-12-31"})


@pytest.mark.parametrize("day", [date.min, date.max], ids=str)
async def test_days_of_an_earlier_release_stop_no_digest_and_no_prompt(stage: Stage, day: date) -> None:
    book = fill(stage)
    old = {"renewal_date": day, "contract_start": day, "first_win_on": day, "packet_accepted_on": day}

    def write(session: Any) -> None:
        actor = stage.actor("ines").member.id
        other = factory.account(session, "Long Ago", stage.now, owner_id=actor, portfolio_id=book.portfolio)
        session.execute(update(schema.account).where(schema.account.c.id == other).values(**old))
        session.execute(update(schema.portfolio).values(next_digest_at=stage.now + timedelta(hours=2)))

    stage.write(write)
    await stage.go_to(ASKED)
    await stage.go_on(hours=3)
    assert "Acme" in spoken(stage.person("ines").dm())
    channel = spoken(stage.sandbox.messages(channel_id(stage, "cs-north")))
    assert "North" in channel and "Long Ago" in channel
    assert stage.read(lambda session: session.execute(text("SELECT count(*) FROM set_aside")).scalar_one()) == 0


async def test_an_admin_reads_which_customer_is_set_aside_and_the_others_are_told_of_theirs(stage: Stage) -> None:
    book = fill(stage)
    poisoned = update(schema.outcome).where(schema.outcome.c.id == book.outcome)
    broken = poisoned.values(kind=text("'of the future'"))
    stage.write(lambda session: session.execute(broken))
    beta = stage.write(lambda session: factory.account(session, "Beta", stage.now, portfolio_id=book.portfolio))
    alarm(stage, beta)
    await stage.settle()
    await stage.go_on(minutes=2)
    await stage.go_on(minutes=5)
    said = spoken(stage.person("maya").dm())
    assert "I could not finish this, so it is set aside" in said
    assert "Acme GmbH: the daily look for risks" in said
    assert "Beta" in spoken(stage.sandbox.messages(channel_id(stage, "cs-north")))
