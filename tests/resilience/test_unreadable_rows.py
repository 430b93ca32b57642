"""A row that cannot be read holds up no other: words of another version, half a JSON, a moment that is none.

Each is written past the code, as another version or a hand would. The row is set aside or dead, counted, logged and
told to an admin; its neighbours get what they are due.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import DataError

from bot.app.message_kinds import composers
from bot.features.home import home
from bot.features.portfolios import account_summaries, digest, overview, stages
from bot.features.portfolios.views import DigestView
from bot.features.undelivered.views import SetAsideView
from bot.outbox import admin, sender
from bot.outbox.queue import claim
from bot.outbox.record_results import finish
from bot.outbox.types import NotLooked, Result
from bot.rooms import MESSAGE_KINDS, new_renderer
from bot.store import schema
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.resilience.test_set_aside import NEXT_DAY, aside, meets, poison, run_all
from tests.support.channel_log import FAST, Office, message
from tests.support.factory import NOON
from tests.support.managing import MONDAY, Team


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def write(database: Database, statement: str, **values: Any) -> None:
    with database.begin() as session:
        session.execute(text(statement), values)


MARS: dict[str, dict[str, str]] = {
    "a kind of sending that we do not know": {"op": "'teleport'"},
    "a destination that we do not know": {"destination": "'planet'"},
    "half a JSON": {"args": "'{\"prompt_id\":'"},
    "a moment that is none": {"ready_at": "''"},
    "no number of failures": {"failures": "'many'"},
}
"""What stands in a row that cannot be read, as SQL. Only SQLite takes the last three."""


@pytest.mark.parametrize("strange", MARS)
async def test_a_message_that_cannot_be_read_holds_up_no_other(
    database: Database, strange: str, logged: list[Any]
) -> None:
    office = Office(database)
    office.put(*(message(f"m{number}", f"C{number}") for number in range(5)), message("behind", "C2"))
    changed = ", ".join(f"{column} = {value}" for column, value in MARS[strange].items())
    if database.dialect == "postgresql" and not {"op", "destination"} & MARS[strange].keys():
        with pytest.raises(DataError):  # it keeps no such value in the first place
            write(database, f"UPDATE outbox SET {changed} WHERE key = 'm2'")
        return
    write(database, f"UPDATE outbox SET {changed} WHERE key = 'm2'")
    await office.sender.drain()
    arrived = set(office.channels.keys())
    assert arrived >= {"m0", "m1", "m3", "m4", "behind"}
    assert "m2" not in arrived
    assert state_of(database, "m2") == ("dead", "cannot_read")
    assert office.observer.seen["dead cannot_read"] == 1
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == [
        "outbox.cannot_read",
        "outbox.dead",
    ]
    with database.begin() as session:
        assert "m2" in [row.key for row in admin.listed(session, [], 20)]


def state_of(database: Database, key: str) -> tuple[str, str]:
    with database.begin() as session:
        row = session.execute(text("SELECT state, code FROM outbox WHERE key = :key"), {"key": key}).one()
    return row[0], row[1]


async def test_a_moment_beyond_all_calendars_ends_no_turn(database: Database) -> None:
    office = Office(database)
    office.put(message("never", "C1"), message("now", "C2"))
    never = "'infinity'" if database.dialect == "postgresql" else "'never'"
    write(database, f"UPDATE outbox SET due_at = {never} WHERE key = 'never'")
    await office.sender.drain()
    assert office.channels.keys() == ["now"]
    assert (await office.sender.turn()).wait is None


def test_a_series_that_cannot_be_read_holds_up_no_other(team: Team) -> None:
    series = {name: meets(team, team.add_proven(name)[0]) for name in ("Acme", "Beta", "Core")}
    poison(team, "UPDATE cadence SET kind = 'seance' WHERE id = :id", id=series["Beta"])
    run_all(team, NEXT_DAY)
    assert aside(team)["open due prompts", "cadence", series["Beta"]] == 1
    assert len(team.messages("prompt")) == 2


def test_a_series_of_an_account_that_cannot_be_read_holds_up_no_other(team: Team) -> None:
    accounts = {name: team.add_proven(name)[0] for name in ("Acme", "Beta")}
    series = {name: meets(team, account_id) for name, account_id in accounts.items()}
    poison(team, "UPDATE account SET tier = 'no_touch' WHERE id = :id", id=accounts["Beta"])
    run_all(team, NEXT_DAY)
    assert aside(team)["open due prompts", "cadence", series["Beta"]] == 1
    assert len(team.messages("prompt")) == 1


@pytest.mark.parametrize("job", ["remind", "close silent prompts"])
def test_a_question_that_cannot_be_read_holds_up_no_other(team: Team, job: str) -> None:
    accounts = {name: team.add_proven(name)[0] for name in ("Acme", "Beta")}
    for account_id in accounts.values():
        meets(team, account_id)
    run_all(team, NEXT_DAY)
    broken = poison_meeting(team, accounts["Acme"])
    run_all(team, NEXT_DAY + timedelta(hours=21 if job == "remind" else 30))
    assert aside(team)[job, "prompt", broken] >= 1
    if job == "remind":
        assert len(team.messages("reminder")) == 1
    else:
        with team.session() as session:
            states = session.execute(text("SELECT state FROM prompt ORDER BY id")).scalars().all()
        assert sorted(states) == ["open", "silent"]


def poison_meeting(team: Team, account_id: int) -> int:
    """Make the meeting of an account's question unreadable; returns the question's id."""
    poison(team, "UPDATE meeting SET kind = 'seance' WHERE account_id = :id", id=account_id)
    with team.session() as session:
        question = select(schema.prompt.c.id).where(schema.prompt.c.account_id == account_id)
        return int(session.execute(question).scalar_one())


def test_a_risk_that_cannot_be_read_holds_up_no_other(team: Team) -> None:
    accounts = [team.add_broken(name) for name in ("Acme", "Beta")]
    run_all(team, MONDAY)
    broken = team.the_risk(accounts[0]).id
    poison(team, "UPDATE risk SET kind = 'of the future' WHERE id = :id", id=broken)
    run_all(team, MONDAY + timedelta(days=2))
    assert aside(team)["remind of unclaimed risks", "risk", broken] >= 1
    assert team.messages("unclaimed")


def due_digests(team: Team) -> int:
    """A second portfolio, and both digests due; returns its id."""
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    there = team.add_portfolio("APAC", "C0APAC", team.priya.id, next_digest_at=MONDAY)
    team.add_account("Far away", portfolio_id=there)
    return there


def test_a_portfolio_that_cannot_be_read_holds_up_no_other(team: Team) -> None:
    due_digests(team)
    if team.database.dialect == "sqlite":
        poison(team, "UPDATE portfolio SET channel_lost_at = 'once' WHERE id = :id", id=team.portfolio_id)
    else:
        poison(team, "UPDATE portfolio SET channel_lost_at = 'infinity' WHERE id = :id", id=team.portfolio_id)
    run_all(team, MONDAY)
    assert aside(team)["open due digests", "portfolio", team.portfolio_id] == 1
    assert [told.channel for told in team.messages("digest")] == ["C0APAC"]


POISONS = {
    "an outcome": "UPDATE outcome SET kind = 'of the future' WHERE account_id = :id",
    "an account": "UPDATE account SET tier = 'no_touch' WHERE id = :id",
    "a meeting": "UPDATE meeting SET kind = 'seance' WHERE account_id = :id",
    "a summary": "UPDATE brief SET figures = '{}' WHERE account_id = :id",
}


@pytest.mark.parametrize("what", POISONS)
def test_a_digest_comes_without_the_account_that_cannot_be_read(team: Team, what: str) -> None:
    accounts = [team.add_proven(name)[0] for name in ("Acme", "Broken & Sons", "Core")]
    for account_id in accounts:
        meets(team, account_id)
    run_all(team, NEXT_DAY)
    due_digests(team)
    poison(team, POISONS[what], id=accounts[1])
    until = "'2199-01-01 00:00:00'" if what == "a summary" else "NULL"
    poison(team, f"UPDATE account_due SET brief_until = {until} WHERE account_id = :id", id=accounts[1])
    for _ in range(2):
        with team.session() as session:
            assert digest.open_due_digest(session, NEXT_DAY + timedelta(days=3))
    assert aside(team) == {("open due digests", "account", accounts[1]): 1}
    said = digest_said(team)
    assert said.news.figure == "100% of 200,000 EUR is proven."
    assert said.news.unread == ("Broken & Sons",)
    shown = new_renderer().message("portfolios/digest.html", view=said, place="message")
    assert "I could not read Broken &amp; Sons" in str(shown.blocks)


IN_VIEWS: dict[str, tuple[str, str, set[str]]] = {
    "an account": ("account", "tier = 'no_touch'", {"home", "home of a manager", "portfolio", "mine"}),
    "an outcome": ("outcome", "kind = 'of the future'", {"home", "portfolio", "mine"}),
    "a summary": ("brief", "figures = '{}'", {"home", "portfolio"}),
    "a meeting": ("meeting", "kind = 'seance'", {"home", "portfolio", "mine"}),
    "a risk": ("risk", "kind = 'of the future'", {"home", "portfolio", "mine"}),
    "a step": ("action", "loop = 'moebius'", {"home", "portfolio", "mine"}),
    "a stage": ("stage_entry", "stage = 'encore'", {"home", "portfolio", "mine", "stages"}),
}
"""What stands in a row of an account, and the views that stumble over it."""


def broken_and_sound(team: Team) -> tuple[int, int]:
    """Two accounts of Maya's, each with a question, a step and a risk that are hers, and a stage behind it."""
    accounts = [team.add_proven(name)[0] for name in ("Broken & Sons", "Sound")]
    for account_id in accounts:
        meets(team, account_id)
        step: dict[str, Any] = {"text": "Call", "theme": "data", "owner_id": team.maya.id, "due_on": MONDAY.date()}
        team.add("action", account_id=account_id, opened_at=MONDAY, **step)
        team.add("stage_entry", account_id=account_id, stage="setup", entered_on=MONDAY.date(), why="signed")
        team.add_outcome(account_id, None)
    run_all(team, NEXT_DAY)
    for account_id in accounts:
        team.change("account", account_id, tier="tech_touch", tier_reason="they asked")
    for risk in team.risks():
        team.change("risk", risk.id, state="claimed", owner_id=team.maya.id)
    run_all(team, NEXT_DAY)
    return accounts[0], accounts[1]


def views_of(team: Team, now: datetime) -> dict[str, Any]:
    """What Maya and her manager see, by its name."""
    with team.database.reading() as session:
        maya, priya = team.as_(team.maya), team.as_(team.priya)
        return {
            "home": home.home(session, maya, now),
            "home of a manager": home.home(session, priya, now),
            "portfolio": overview.portfolio_view(session, priya, now).parts[0],
            "mine": overview.portfolio_view(session, maya, now).parts[0],
            "stages": stages.stages_view(session, priya, now),
        }


TEMPLATES = {"home": "home/home.html", "stages": "portfolios/stages.html"}


@pytest.mark.parametrize("what", IN_VIEWS)
def test_home_and_portfolio_leave_out_the_account_that_cannot_be_read(team: Team, what: str, logged: list[Any]) -> None:
    broken, sound = broken_and_sound(team)
    table, change, stumble = IN_VIEWS[what]
    assert all(view.unread is None for view in views_of(team, NEXT_DAY).values())
    key = "id" if table == "account" else "account_id"
    poison(team, f"UPDATE {table} SET {change} WHERE {key} = :id", id=broken)
    until = "'2199-01-01 00:00:00'" if what == "a summary" else "NULL"
    poison(team, f"UPDATE account_due SET brief_until = {until} WHERE account_id = :id", id=broken)
    logged.clear()
    seen = views_of(team, NEXT_DAY)
    assert {name for name, view in seen.items() if view.unread is not None} == stumble
    for name in stumble:
        assert seen[name].unread.names == ("Broken & Sons",), name
    assert "Sound" in {line.name for line in seen["home"].accounts}
    assert {line.account for line in seen["home"].due} >= {"Sound"}
    for name in ("portfolio", "mine"):
        assert seen[name].summary.accounts == 2 - (name in stumble)
    left_out = [entry for entry in logged if entry["event"] == "views.left_out"]
    assert {entry["account"] for entry in left_out} == {broken} and sound != broken
    for name in stumble & TEMPLATES.keys():
        reference = seen[name].unread.reference
        shown = (
            new_renderer().home(TEMPLATES[name], view=seen[name])
            if name == "home"
            else new_renderer().message(TEMPLATES[name], view=seen[name], place="message").blocks
        )
        assert "I could not read Broken &amp; Sons, so it is left out here" in str(shown)
        assert reference in str(shown)


def digest_said(team: Team) -> DigestView:
    """What the last digest of the first portfolio says."""
    [*_, last] = [told for told in team.messages("digest") if told.channel == "C0EMEA"]
    with team.session() as session:
        view = composers(MESSAGE_KINDS)["digest"](session, [last.args], MONDAY)[0]
    assert isinstance(view, DigestView)
    return view


def test_what_was_left_out_is_no_news_when_it_can_be_read_again(team: Team) -> None:
    account_id, outcome_id, _ = team.add_proven("Acme")
    team.add_proven("Beta")
    weeks = [MONDAY + timedelta(weeks=week) for week in range(3)]
    team.change("portfolio", team.portfolio_id, next_digest_at=MONDAY)
    run_all(team, weeks[0])
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    poison(team, "UPDATE account_due SET brief_until = NULL")
    run_all(team, weeks[1])
    assert digest_said(team).news.unread == ("Acme",)
    assert not [line for part in digest_said(team).news.parts for line in part.lines]
    poison(team, "UPDATE outcome SET kind = 'numeric' WHERE id = :id", id=outcome_id)
    run_all(team, weeks[2])
    assert digest_said(team).news.unread == ()
    assert not [line for part in digest_said(team).news.parts for line in part.lines]
    assert account_id


def test_a_large_digest_whose_batches_hold_one_that_cannot_be_read_comes_to_an_end(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (account_summaries, digest):
        monkeypatch.setattr(module, "BATCH", 3)
    accounts = [team.add_account(f"Customer {number}") for number in range(11)]
    outcome_id = team.add_outcome(accounts[1], None)
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    due_digests(team)
    poison(team, "UPDATE account_due SET look_at = '2199-01-01 00:00:00'")
    run_all(team, MONDAY)
    assert digest_said(team).news.figure == "0% of 1 M EUR is proven."
    assert digest_said(team).news.unread == ("Customer 1",)


def test_an_admin_is_told_of_what_cannot_be_read_by_its_name(team: Team) -> None:
    account_id = team.add_proven("Broken & Sons")[0]
    series = meets(team, account_id)
    poison(team, "UPDATE cadence SET kind = 'seance' WHERE id = :id", id=series)
    for hours in (0, 1, 2):
        run_all(team, NEXT_DAY + timedelta(hours=hours))
    [told] = team.messages("set_aside")
    with team.session() as session:
        view = composers(MESSAGE_KINDS)["set_aside"](session, [told.args], NEXT_DAY)[0]
    assert isinstance(view, SetAsideView)
    assert [line.name for line in view.lines] == ["Broken & Sons"]


async def test_one_result_that_cannot_be_recorded_loses_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(database)
    office.put(*(message(f"m{number}", f"C{number}") for number in range(4)))
    record = finish

    def broken(session: Any, now: Any, results: Any, pace: Any) -> Any:
        if any(result.row.key == "m2" for result in results):
            raise ValueError("value too long")
        return record(session, now, results, pace)

    monkeypatch.setattr(sender, "finish", broken)
    for _ in range(20):
        with suppress(ValueError):
            await office.sender.drain(patience=0)
    assert {key: state for key, (state, _) in office.ends().items()} == {
        "m0": "sent", "m1": "sent", "m2": "sending", "m3": "sent",
    }  # fmt: skip


async def test_a_place_in_the_history_that_nobody_can_keep_is_a_look_that_failed(database: Database) -> None:
    office = Office(database)
    office.put(message("a"))
    with database.begin() as session:
        [row] = claim(session, NOON, limit=1, lease_seconds=30, owner="me").rows
        finish(session, NOON, [Result(row, NotLooked("too many", "x" * 5_000))], FAST.pace)
    with database.begin() as session:
        kept = session.execute(select(outbox.c.look_cursor, outbox.c.looks_refused)).one()
    assert tuple(kept) == (None, 1)
