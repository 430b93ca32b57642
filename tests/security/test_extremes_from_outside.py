"""The extremes of what files and Slack itself can say: whatever stands there, the neighbours' work goes on.

A file has a row for each extreme of each of its fields; a Slack user object has one in each place. What can be kept is
kept, then every job of the clock runs for two days, every message is composed, and every view of the neighbour shown.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from bot.app.actor import UserError
from bot.features.imports import fact_rows
from bot.features.imports.fields import ACCOUNTS, FieldTable
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.slack.people import is_person, read_user
from bot.store import ledger, members, schema
from bot.store.engine import Database
from bot.store.members import Member
from tests.security import extremes
from tests.security.extremes import TEXTS, Surroundings
from tests.security.test_extremes import make_busy
from tests.support.factory import add_workspace
from tests.support.two_workspaces import NOW, Filled, fill

WORDS = [*TEXTS[1:], "=HYPERLINK(1)", "<!channel> <@U0OWN>", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH SPACE}", "-"]
RANDOM = "".join(random.Random(9).choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=10_000))
"""Nothing makes it shorter: no index of PostgreSQL takes it."""
WORDS.append(RANDOM)
DAYS = ["0001-01-01", "1949-12-31", "2199-12-31", "9999-12-31", "31.12.9999", "00/00/0000", "253402300799", "1e9"]
NUMBERS = ["-1", "9" * 30, "1e60", "-1e40", "NaN", "Infinity", "0x7fffffff", "9223372036854775808 USD", "1 $$$", "½"]
CELLS = [*WORDS, *DAYS, *NUMBERS]
USUAL: Mapping[str, str] = {
    "name": "Customer", "account": "Zephyrine Holding", "text": "In use by May", "title": "Faster", "part": "champion",
    "arr": "1,000", "currency": "EUR", "owner": "Olga Zephyrine", "renewal_date": "2026-12-31", "tier": "high touch",
    "baseline": "15", "target": "5", "due_on": "2026-06-30", "portfolio": "Region Zephyrine",
}  # fmt: skip


@pytest.fixture
def world(database: Database) -> Iterator[tuple[Database, Filled, Filled]]:
    """A database, the workspace into which somebody writes, and its neighbour."""
    other = add_workspace(database, "T2")
    with structlog.testing.capture_logs():
        with database.begin() as session:
            filled = fill(session, 1, "Zephyrine"), fill(session, other, "Quillon")
        yield database, *filled


def table_of(fields: FieldTable, headers: list[str], extreme: str) -> bytes:
    """A file with the usual row, and one more for each extreme in one of its fields."""
    usual = {name: USUAL.get(name, "") for name in headers}
    rows = [usual]
    for number, cell in enumerate(CELLS):
        row = {**usual, extreme: cell}
        for key in ("name", "title", "text"):  # so that rows are not each other's namesakes
            if key in row and key != extreme:
                row[key] = f"{usual[key]} {extreme} {number}"
        rows.append(row)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([fields.fields[name][0] for name in headers])
    writer.writerows([[row[name] for name in headers] for row in rows])
    return text.getvalue().encode("utf-8", "surrogatepass")


def goes_on(database: Database, theirs: Filled, ours: Filled) -> list[str]:
    """What does not go on; nothing is kept of it."""
    with database.session() as session:
        around = Surroundings(session, theirs, ours)
        for filled in (theirs, ours):
            make_busy(around, filled)
        ledger.touch(session, list(session.execute(select(schema.account.c.id)).scalars()), NOW)
        extremes.SHOWING[:] = []
        wrong = list(around.failures())
        arrived = {kind for kind, _ in around.arrived()}
    return wrong if arrived >= {"digest", "prompt", "reminder", "risk"} else [*wrong, f"only {arrived} arrived"]


KINDS: dict[str, tuple[FieldTable, Callable[[ImportRun, File], Report]]] = {
    "accounts": (ACCOUNTS, lambda run, file: import_accounts(run, file, Options())),
    "people": (fact_rows.PEOPLE.table, lambda run, file: import_facts(run, fact_rows.PEOPLE, file, Options())),
    "promises": (fact_rows.PROMISES.table, lambda run, file: import_facts(run, fact_rows.PROMISES, file, Options())),
    "outcomes": (fact_rows.OUTCOMES.table, lambda run, file: import_facts(run, fact_rows.OUTCOMES, file, Options())),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_of_a_file_stops_anything(world: tuple[Database, Filled, Filled], kind: str) -> None:
    database, theirs, ours = world
    table, take = KINDS[kind]
    names = [name for name in table.fields if name not in ("external_id", "account_id", "first_name", "last_name")]
    taken = bad = 0
    for name in names:
        report = take(ImportRun(database, 1, NOW), File("book.csv", table_of(table, names, name)))
        taken += len(report.created) + report.changed_rows
        bad += len(report.bad)
    assert taken > 20
    assert bad > 20
    assert goes_on(database, theirs, ours) == []


FILES = {
    "nothing": b"",
    "a header": b"name\n",
    "zeros": b"\x00" * 5_000,
    "every byte": bytes(range(256)) * 20,
    "half a workbook": b"PK\x03\x04" + b"\x00" * 400,
    "one quote": b'name,owner\n"' + b"x" * 50_000,
    "deep brackets": b"name\n" + b"[" * 50_000,
    "many columns": b"name," * 2_000 + b"\n" + b"x," * 2_000,
    "an old workbook's mark": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2_000,
}


@pytest.mark.parametrize("what", FILES)
def test_no_file_is_answered_with_anything_but_a_report_or_a_sentence(database: Database, what: str) -> None:
    for _, take in KINDS.values():
        try:
            report = take(ImportRun(database, 1, NOW), File("book.csv", FILES[what]))
        except UserError:
            continue
        assert isinstance(report, Report)


def user(slack_id: str, **changes: Any) -> dict[str, Any]:
    """A user object; `changes` are of its profile where they name a part of that."""
    profile = {"real_name": "Ana", "email": "ana@example.com"}
    profile |= {name: changes.pop(name) for name in list(changes) if name in profile}
    return {"id": slack_id, "team_id": "T1", "name": "ana", "tz": "Europe/Berlin", "profile": profile, **changes}


ZONES: list[Any] = [
    "Mars/Olympus",
    "",
    None,
    "Europe",
    "../../etc/passwd",
    "/etc/passwd",
    "x" * 5_000,
    "a\x00b",
    7,
    [],
    "UTC\n",
]
NO_PROFILES: list[Any] = [None, {}]
USERS = [
    *(user(f"U1{n}", real_name=word) for n, word in enumerate([*CELLS, None, 7, ""])),
    *(user(f"U2{n}", email=word) for n, word in enumerate([*CELLS, None, 7, "ANA@EXAMPLE.COM", "x@" + "y" * 9_999])),
    *(user(f"U3{n}", tz=zone) for n, zone in enumerate(ZONES)),
    *(user(f"U4{n}", profile=profile) for n, profile in enumerate(NO_PROFILES)),
    user("U50", name=None, real_name=None),
    user("U51", is_admin="yes", is_restricted=None, deleted=0),
    user("U52", team_id=None),
]


def remembered(database: Database, given: Mapping[str, Any]) -> Member:
    """As the sync at the start and each event do; delivered twice it changes nothing."""
    assert is_person(given)
    with database.begin() as session:
        first = members.remember(session, 1, read_user(given, "T1"))
        assert members.remember(session, 1, read_user(given, "T1")) == first
    return first


def test_nothing_that_slack_says_of_a_person_stops_anything(world: tuple[Database, Filled, Filled]) -> None:
    database, theirs, ours = world
    people = [remembered(database, given) for given in USERS]
    assert all(person.name.strip() and len(person.name) <= 200 for person in people)
    account = schema.account
    for person in people[::40]:
        with database.begin() as session:
            session.execute(account.update().where(account.c.workspace_id == 1).values(owner_id=person.id))
        assert goes_on(database, theirs, ours) == [], person


def test_a_name_is_kept_as_slack_says_it_and_compared_as_it_is_kept(database: Database) -> None:
    given = user("U1", real_name="A\x00na\ud800  \n Lu", email="a\x00na@example.com")
    person = remembered(database, given)
    assert (person.name, person.email) == ("Ana Lu", "ana@example.com")
    with database.begin() as session:
        assert read_user(given, "T1").name == members.by_id(session, 1, person.id).name  # type: ignore[union-attr]
