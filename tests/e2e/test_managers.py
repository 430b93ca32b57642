"""What managers get: the portfolio's setup, escalations that people take, the weekly digest, a judgement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.home import my_accounts
from sandbox.errors import FormError
from sandbox.person import Person
from tests.support.believable import ASKED, alarm, channel_id, fill
from tests.support.bot_process import Stage
from tests.support.overview import overview

MONDAY_NINE = datetime(2026, 3, 9, 8, 1, tzinfo=UTC)


async def test_a_portfolio_is_set_up_takes_accounts_in_and_sends_its_digest(stages: Stage) -> None:
    maya, tom = stages.person("maya"), stages.person("tom")
    await tom.command("/portfolio")
    assert "Ask an admin of this workspace for one" in tom.text(tom.sees()[-1])
    owner = stages.actor("tom")
    stages.write(lambda s: add_account.add_account(s, owner, NewAccount("Globex", owner.member.slack_id), stages.now))
    await maya.command("/portfolio setup")
    with pytest.raises(FormError) as refused:
        await maya.submit({"name": "North", "channel": channel_id(stages, "cs-north"), "tz": "Somewhere"})
    assert "tz" in refused.value.errors
    await maya.submit({"tz": "Europe/Stockholm"})
    assert "1 customer belongs to no portfolio" in maya.text(maya.modal)
    await maya.click("portfolio.adopt")
    assert "took in 1 customer" in maya.text(maya.modal)
    await maya.close()
    await stages.go_to(MONDAY_NINE)
    digest = next(m for m in stages.sandbox.messages("cs-north") if "North" in m["text"] and not m.get("thread_ts"))
    assert "This is the first digest. From next Monday I say what changed." in maya.text(digest)
    assert digest["text"].startswith("North: ")
    replies = [m for m in stages.sandbox.messages("cs-north") if m.get("thread_ts") == digest["ts"]]
    assert "Globex" in maya.text(replies[-1])
    await maya.click("portfolio.show", message=digest)
    assert "Globex" in maya.text(maya.sees("cs-north")[-1])


async def test_an_escalation_is_told_once_taken_by_one_and_closed(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    maya, ines, tom = stage.person("maya"), stage.person("ines"), stage.person("tom")
    await stage.go_to(ASKED)
    told = [m for m in stage.sandbox.messages("cs-north") if "Acme" in m["text"]]
    assert len(told) == 1 and "renew" in ines.text(told[0]).lower()
    await ines.click("risk.claim", message=told[0])
    await stage.settle()
    taken = next(m for m in stage.sandbox.messages("cs-north") if m["ts"] == told[0]["ts"])
    assert "Inês Duarte" in ines.text(taken)
    await maya.click("risk.assign", message=taken)
    await maya.submit({"assignee": tom.id})
    await stage.settle()
    assert "Tom Okafor" in maya.text(next(m for m in stage.sandbox.messages("cs-north") if m["ts"] == told[0]["ts"]))
    await tom.click("risk.more", message=taken, selected="Snooze until…")
    await tom.submit({"until": "2026-03-10", "why": "Their auditor signs off next week"})
    await stage.settle()
    thread = [
        m
        for m in stage.sandbox.messages("cs-north")
        if m.get("thread_ts") == told[0]["ts"] and m["ts"] != told[0]["ts"]
    ]
    assert "Their auditor signs off" in maya.text(thread[-1])
    await tom.click("risk.close", message=taken)
    await tom.submit({"how": "Renewal signed early for three years"})
    await stage.settle()
    closed = next(m for m in stage.sandbox.messages("cs-north") if m["ts"] == told[0]["ts"])
    assert "Renewal signed early" in maya.text(closed)


async def test_a_risk_that_nobody_takes_reaches_the_manager_who_reminds_the_owner_or_takes_it(stage: Stage) -> None:
    alarm(stage, fill(stage).acme)
    await stage.go_to(ASKED)
    await stage.go_to(datetime(2026, 3, 5, 12, 0, tzinfo=UTC))
    maya, ines = stage.person("maya"), stage.person("ines")
    not_taken = next(m for m in maya.dm() if "not taken after a working day" in m["text"])
    assert "1 risk in North is not taken after a working day." in maya.text(not_taken)
    assert "Inês owns the account" in maya.text(not_taken)
    stage.sandbox.duplicate_next()
    await maya.click("risk.remind", message=not_taken)
    await stage.settle()
    [asked] = [m for m in ines.dm() if "asks you to take a risk of Acme" in m["text"]]
    assert "reminded today" in maya.text(now_of(maya, not_taken))
    await maya.click("risk.claim", message=not_taken)
    await stage.settle()
    assert "The risk is taken" in maya.text(now_of(maya, not_taken))
    assert "Maya Lindqvist has it" in maya.text(now_of(maya, not_taken))
    assert "Maya Lindqvist has it" in ines.text(now_of(ines, asked))
    [card] = [
        m for m in stage.sandbox.messages("cs-north") if "Acme" in m["text"] and m.get("thread_ts") in (None, m["ts"])
    ]
    assert "Maya Lindqvist has it since 5 Mar" in maya.text(card)


def now_of(who: Person, message: dict[str, Any]) -> dict[str, Any]:
    """A direct message as it stands now."""
    return next(m for m in who.dm() if m["ts"] == message["ts"])


async def test_a_judgement_is_asked_for_with_a_reason_and_stands_on_the_card(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme judge")
    await ines.submit({"verdict": "yes", "why": "Two teams run on it", "would_change": "If finance stops"})
    await ines.close()
    await ines.command("/proof acme")
    assert "*Would they renew on value?* Yes, says Inês Duarte, who owns the account" in ines.text(ines.sees()[-1])
    tom = stage.person("tom")
    await tom.command("/proof acme judge")
    assert "the deputy or the manager can change" in tom.text(tom.sees()[-1])


async def test_a_tuesday_with_nothing_new_says_so_in_one_line(stage: Stage) -> None:
    fill(stage)
    maya = stage.person("maya")
    await maya.command("/portfolio setup")
    await maya.submit()
    await stage.go_to(MONDAY_NINE)
    await stage.go_on(days=7)
    digests = [m for m in stage.sandbox.messages("cs-north") if m["text"].startswith("North") or "Nothing" in m["text"]]
    assert len(digests) >= 2


async def test_home_shows_my_accounts_and_answers_and_opens_the_card(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.open_home()
    home = ines.text(ines.home)
    assert "1 meeting to answer for" in home and "Acme GmbH" in home and "Your accounts (1)" in home
    await ines.click("card.open", view=ines.home)
    assert "0% proven" in ines.text(ines.modal) and "Share here" not in ines.text(ines.modal)
    await ines.close()
    await ines.click("prompt.answer", view=ines.home)
    await ines.submit({"change": "nothing"})
    await ines.open_home()
    assert "to answer for," not in ines.text(ines.home) and "meeting to answer" not in ines.text(ines.home)
    gus = stage.person("gus")
    await gus.open_home()
    assert gus.home is None or "Acme" not in gus.text(gus.home)


async def test_home_turns_its_pages_in_place(stages: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_accounts, "ACCOUNTS_SHOWN", 10)
    ines = stages.person("ines")
    owner = stages.actor("ines")

    def add_twelve(session: Session) -> None:
        for number in range(12):
            new = NewAccount(f"Customer {number:02}", owner.member.slack_id)
            add_account.add_account(session, owner, new, stages.now)

    stages.write(add_twelve)
    await ines.open_home()
    assert "Page 1 of 2, 12 accounts" in ines.text(ines.home) and "Customer 11" not in ines.text(ines.home)
    await ines.click("home.next", view=ines.home)
    assert "Page 2 of 2" in ines.text(ines.home) and "Customer 11" in ines.text(ines.home)
    await ines.click("home.previous", view=ines.home)
    assert "Customer 00" in ines.text(ines.home) and "Next 2" in ines.text(ines.home)


async def test_a_portfolio_shows_all_names_and_sets_its_loop_channels(stage: Stage) -> None:
    fill(stage)
    maya, tom = stage.person("maya"), stage.person("tom")
    await stage.go_to(ASKED)
    await overview(maya)
    shown = maya.sees()[-1]
    await maya.click("portfolio.page", message=shown)
    assert "Inês Duarte" in maya.text(maya.sees()[-1])
    await maya.click("portfolio.loops", message=shown)
    await maya.submit({"go_to_market": channel_id(stage, "product")})
    await overview(tom, "/portfolio North")
    assert "portfolio.loops" not in str(tom.sees()[-1]["blocks"])
