"""What managers read: every message says what broke, who and by when, and Slack takes it whatever people type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.app.message_kinds import composers
from bot.features.accounts import judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.home import home
from bot.features.portfolios import digest, overview, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.review import daily_review
from bot.features.risks import ownership
from bot.outbox.types import Moot
from bot.rooms import MESSAGE_KINDS
from bot.slack.edge import template_of
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from sandbox.blocks import finish_blocks, finish_view
from tests.support.factory import add_workspace
from tests.support.managing import MONDAY, Team, day
from tests.support.reading_aloud import RENDERER

HOSTILE = "<!channel> *_~`x`~_* \"'&<b> \u202eevil \u200b{{ view }}\nnew line 株式会社 " * 200


@pytest.fixture
def team(tmp_path: Any) -> Iterator[Team]:
    """The team on SQLite: what is said does not depend on the database."""
    database = Database(f"sqlite:///{tmp_path / 'said.db'}")
    upgrade(database)
    add_workspace(database)
    yield Team(database)
    database.dispose()


def said(view: object) -> str:
    """The message of a view as one text, after Slack's own checks."""
    message = RENDERER.message(template_of(view), view=view)
    blocks = finish_blocks(message.blocks, "message", lambda kind: kind)
    return checked(f"{message.text}\n" + "\n".join(_texts(blocks)))


def form(view: object) -> str:
    """The same of a modal."""
    modal = RENDERER.modal(template_of(view), view=view)
    assert sum(block["type"] == "input" for block in modal["blocks"]) <= 8
    return checked("\n".join(_texts(finish_view(modal, "modal", lambda kind: kind)["blocks"])))


def checked(text: str) -> str:
    """`text`, in which nothing rings anybody and no variable was left empty."""
    assert "<!channel>" not in text
    assert not re.search(r"\bNone\b(?!\. I ask)", text)
    return text


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            rings = node.get("type") == "mrkdwn"
            yield node["text"] if rings else node["text"].replace("<", "‹")
        for key, child in node.items():
            if key != "text" or not isinstance(child, str):
                yield from _texts(child)


def outbox(team: Team, kind: str, now: datetime = MONDAY) -> list[str]:
    """What the messages of a kind say, composed as the sender composes them."""
    with team.session() as session:
        views = composers(MESSAGE_KINDS)[kind](session, [message.args for message in team.messages(kind)], now)
    return [said(view) for view in views if not isinstance(view, Moot)]


def hostile_book(team: Team) -> int:
    """A portfolio in which every text is hostile; returns an account in danger."""
    team.change("portfolio", team.portfolio_id, name=HOSTILE)
    account_id, outcome_id, evidence_id = team.add_proven(HOSTILE, day(MONDAY, -30))
    team.change("outcome", outcome_id, title=HOSTILE)
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why=HOSTILE, disputed_by=1)
    for number in range(30):
        team.add_account(f"{HOSTILE} {number}", day(MONDAY, -30), renews_in=60 + number)
    team.add("action", account_id=account_id, text=HOSTILE, owner_id=team.maya.id, due_on=day(MONDAY, -1).date())
    team.look()
    return account_id


def test_a_risk_says_what_broke_whose_it_is_and_when_the_manager_hears(team: Team) -> None:
    account_id, _, _ = team.add_proven("Acme", day(MONDAY, -30))
    team.change("person", 1, left_on=day(MONDAY, -3).date())
    team.change("outcome", 1, owner_person_id=2)
    team.look()
    (text,) = outbox(team, "risk")
    first, what, fact, who = text.splitlines()[:4]
    assert first == "Acme: Kim Li, economic buyer, left on 27 Feb 2026 and nobody has taken over"
    assert what == ":red_circle: *Acme* · sponsor left · 100,000 EUR, renews 27 Nov 2026"
    assert fact == "Kim Li, economic buyer, left on 27 Feb 2026 and nobody has taken over"
    assert who.startswith("With <@U0MAYA> as the owner, not taken yet. Priya Nair will be notified <!date^")
    assert account_id


def test_a_risk_says_what_it_did_to_coverage_and_what_happens_if_nothing_does(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.change("outcome", 1, risk_if_never="She takes the old count to the renewal talk")
    team.change("account", acme, owner_id=None)
    team.look()
    (text,) = outbox(team, "risk")
    assert "wrong month. Coverage fell from 100% to 0%.\n" in text
    assert "If nothing happens: She takes the old count to the renewal talk" in text
    assert "Unassigned: the account has no owner." in text


def test_a_risk_in_every_state_and_its_timeline(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme)
    priya, maya = team.as_(team.priya), team.as_(team.maya)

    def act(what: Any, *args: Any, **more: Any) -> str:
        with team.session() as session:
            what(session, *args, **more)
        return outbox(team, "risk")[-1]

    assert "Maya Lindqvist has it since 2 Mar" in act(ownership.claim, maya, risk.id, MONDAY)
    assert "Tom Okafor has it" in act(ownership.assign, priya, risk.id, "U0TOM", MONDAY)
    asleep = act(ownership.snooze, priya, risk.id, MONDAY, until=day(MONDAY, 2).date(), why="Their auditor is in")
    assert "snoozed until Wed 4 Mar by Priya Nair" in asleep and "Why: Their auditor is in" in asleep
    closed = act(ownership.close, priya, risk.id, MONDAY, how="They wrote it down")
    assert "closed by Priya Nair, 2 Mar" in closed and "They wrote it down" in closed
    act(ownership.reopen, priya, risk.id, "They did not", MONDAY)
    act(ownership.snooze, priya, risk.id, MONDAY, until=day(MONDAY, 2).date(), why="Their auditor is in")
    team.look(day(MONDAY, 3))
    team.change("account", acme, day(MONDAY, 3), status="former")
    team.look(day(MONDAY, 3))
    assert [text.splitlines()[1] for text in outbox(team, "risk-note")] == [
        "Maya Lindqvist has it.",
        "Priya Nair gave it to <@U0TOM>.",
        "Priya Nair snoozed it until <!date^1772614800^{date_short_pretty}|4 Mar 2026, 09:00 UTC>: Their auditor is in",
        "Priya Nair closed it: They wrote it down",
        "Priya Nair reopened it: They did not",
        "Priya Nair snoozed it until <!date^1772614800^{date_short_pretty}|4 Mar 2026, 09:00 UTC>: Their auditor is in",
        "The snooze is over, and the risk is still there.",
        "Closed: the ledger no longer shows it.",
    ]


def test_what_nobody_took_reaches_the_manager_in_one_message(team: Team) -> None:
    team.add_broken("Acme")
    team.add_broken("Brick", owner_id=None)
    team.look()
    with team.session() as session:
        assert daily_review.remind_unclaimed(session, day(MONDAY, 1))
    (text,) = outbox(team, "unclaimed", day(MONDAY, 1))
    assert text.startswith("2 risks in EMEA are not taken after a working day.")
    assert "*Brick* · 100,000 EUR, renews 27 Nov 2026\n" in text
    assert "wrong month. Coverage fell from 100% to 0%.\n" in text
    assert "\nThe account has no owner · open since 2 Mar" in text and "\nMaya owns the account" in text
    assert "Not taken after a working day. Priya Nair has been notified." in outbox(team, "risk-note")[0]


def test_the_digest_leads_with_coverage_and_is_twelve_lines_at_most(team: Team) -> None:
    digest_day = day(MONDAY, 7)
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    team.add_proven("Proven")
    for number in range(20):
        team.add_account(f"Blank {number}", renews_in=20 + number)
    for now in (MONDAY, digest_day):
        with team.session() as session:
            digest.open_due_digest(session, now)
    first, second = outbox(team, "digest")
    lines = first.splitlines()
    assert lines[1] == "EMEA, week to 2 March"
    assert lines[2].startswith("*This is the first digest.")
    assert lines[3] == "4% of 2.1 M EUR is proven."
    assert rows_of(first) <= 12
    assert second.startswith("EMEA: A quiet week: nothing proven, nothing broken, no customer lost.")
    assert rows_of(second) <= 12


def rows_of(text: str) -> int:
    """How many lines a digest has on a desktop: its buttons stand in one row, and the notification is none."""
    _, *rows = text.splitlines()
    buttons = rows.index("Open EMEA")
    assert rows[buttons:][1:3] == ["Renewals", "Retention"] and len(rows[buttons:]) <= 5
    return buttons + 1


def test_the_rest_of_a_day_is_one_message_with_the_worst_by_name(team: Team) -> None:
    for number in range(12):
        team.add_broken(f"Blank {number}", arr_minor=number * 1000_00)
    team.look()
    (text,) = outbox(team, "risks-more")
    assert text.startswith("7 more risks in 7 customers today.")
    assert "7 × evidence disputed" in text
    assert "Blank 6: evidence disputed" in text


@pytest.mark.slow
def test_hostile_text_goes_through_every_message_of_the_manager(team: Team) -> None:
    hostile_book(team)
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    worst = team.risks()[:3]
    with team.session() as session:
        for risk in worst:
            ownership.snooze(session, team.as_(team.ada), risk.id, MONDAY, until=day(MONDAY, 5).date(), why=HOSTILE)
            ownership.close(session, team.as_(team.ada), risk.id, MONDAY, how=HOSTILE)
        digest.open_due_digest(session, MONDAY)
        daily_review.remind_unclaimed(session, day(MONDAY, 1))
    assert all(outbox(team, kind) for kind in ("risk", "risk-note", "risks-more", "unclaimed", "digest", "digest-rest"))


@pytest.mark.slow
def test_hostile_text_goes_through_every_reply_and_form(team: Team) -> None:
    account_id = hostile_book(team)
    risk_id = team.risks(account_id)[0].id
    root = team.as_(team.ada)
    new = PortfolioForm(HOSTILE[:70], "C0NEW", "U0TOM", 0, "09:00", "UTC")
    with team.session() as session:
        judged = judgement.judge(session, root, NewJudgement(account_id, "yes", HOSTILE, HOSTILE), MONDAY)
        said(judged)
        said(setup.set_up(session, root, new, MONDAY))
        said(setup.adopt_unassigned(session, root, team.portfolio_id, MONDAY))
        said(overview.portfolio_view(session, root, MONDAY))
        said(overview.portfolio_view(session, root, MONDAY, portfolio_id=team.portfolio_id))
        page = overview.portfolio_page(session, root, "U0MAYA", 0, MONDAY)
        assert "Next page" in said(page) or page.pages == 1
        form(ownership.assign_form(session, root, risk_id, MONDAY))
        form(ownership.snooze_form(session, root, risk_id, MONDAY))
        form(ownership.close_form(session, root, risk_id, MONDAY))
        form(setup.change_form(session, root, team.portfolio_id, MONDAY))
        form(setup.loops_form(session, root, team.portfolio_id, MONDAY))
        form(judgement.judge_form(session, root, account_id, MONDAY))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["maya", "priya", "ada", "tom"])
def test_home_is_taken_by_slack_for_everybody(team: Team, who: str) -> None:
    account_id = hostile_book(team)
    now = datetime(2026, 3, 9, 10, tzinfo=UTC)
    team.change("portfolio", team.portfolio_id, next_digest_at=now - timedelta(hours=1))
    risk_id = team.risks(account_id)[0].id
    with team.session() as session:
        digest.open_due_digest(session, now)
        ownership.claim(session, team.as_(team.maya), risk_id, now)
        view = home.home(session, team.as_(getattr(team, who)), now)
    content = RENDERER.home("home/home.html", view=view)
    text = checked("\n".join(_texts(finish_view(content, "home", lambda kind: kind)["blocks"])))
    assert ("Your accounts (" in text) == view.owns
