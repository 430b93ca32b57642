"""Meeting series of an accounts file: what begins, what stays as it is, what is told, and what an undo ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from bot.app import recurrence
from bot.app.actor import Actor
from bot.domain.enums import CadenceKind
from bot.features.imports import series_words
from bot.features.imports import undo as import_undo
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.remarks import Unreadable
from bot.features.imports.report import Report, UndoReport
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.features.imports.series_words import LAST, Rhythm
from bot.features.imports.wording import sentence
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.store import members, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.cast import ADA, INES, TOM
from tests.support.factory import NOON

HEADER = (
    "Account Name,Owner,ARR,Currency,Meeting Cadence,Meeting day,Meeting time,Time zone,Next meeting,Last meeting\n"
)
WEEKLY = "Acme,Tom Okafor,100,USD,weekly,Tuesday,10:00,,,\n"


@pytest.fixture(autouse=True)
def people(database: Database) -> Actor:
    """Tom of New York owns accounts; an admin, who may write on all of them."""
    with database.begin() as session:
        members.remember(session, 1, TOM.user())
        return Actor(members.remember(session, 1, ADA.user()), "modal")


def taken(database: Database, text: str, *, dry_run: bool = False) -> Report:
    run = ImportRun(database, 1, NOON, dry_run)
    return import_accounts(run, File("book.csv", text.encode()), Options())


def undone(database: Database, report: Report) -> UndoReport:
    assert report.batch_id is not None
    with database.begin() as session:
        return import_undo.undo(session, Author(1, None, SURFACE), report.batch_id, NOON + timedelta(hours=1))


def series(database: Database, *, active: bool = True) -> list[tuple[Any, ...]]:
    table = schema.cadence
    columns = (table.c.kind, table.c.rrule, table.c.local_start, table.c.tz)
    with database.reading() as session:
        rows = session.execute(select(*columns).where(table.c.active == active).order_by(table.c.id))
        return [tuple(row) for row in rows]


def told(report: Report) -> list[str]:
    return [text for note in report.notes if "series" in (text := sentence(note))]


def first_account(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(select(schema.account.c.id).order_by(schema.account.c.id)).scalars().all()[0])


def test_a_series_begins_at_the_time_of_its_owner(database: Database) -> None:
    report = taken(database, HEADER + WEEKLY)
    assert series(database) == [(CadenceKind.WEEKLY_SYNC, "FREQ=WEEKLY", "2026-03-03T10:00", "America/New_York")]
    with database.reading() as session:
        [(meets, asks)] = session.execute(select(schema.cadence.c.next_meeting_at, schema.cadence.c.next_prompt_at))
    assert meets == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert asks == meets - timedelta(hours=24)
    assert told(report) == [
        "1 meeting series begins, such as Acme: weekly sync, weekly, Tuesdays 10:00 (America/New_York)."
    ]


def test_the_preview_shows_the_series_and_its_columns_and_writes_nothing(database: Database) -> None:
    report = taken(database, HEADER + WEEKLY, dry_run=True)
    assert series(database) == []
    assert report.preview.rows[0].more == {"meeting_series": "weekly sync, weekly, Tuesdays 10:00 (America/New_York)"}
    assert "meeting_series" not in report.preview.rows[0].values
    read_as = {use.header: use.field for use in report.preview.columns}
    assert (read_as["Meeting Cadence"], read_as["Time zone"], read_as["Next meeting"]) == (
        "cadence", "meeting_zone", "next_meeting",
    )  # fmt: skip


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    text = HEADER + WEEKLY + "Bolt,Tom Okafor,5,USD,fortnightly,,,Europe/Berlin,2026-03-12 09:30,\n"
    taken(database, text)
    before = series(database)
    again = taken(database, text)
    assert (again.unchanged, again.batch_id, told(again)) == (2, None, [])
    assert series(database) == before


@pytest.mark.parametrize(
    ("cells", "kind", "rrule", "local_start"),
    [
        ("biweekly,,10:00,,2026-03-11,", "weekly_sync", "FREQ=WEEKLY;INTERVAL=2", "2026-03-11T10:00"),
        ("every 2 weeks,Tue,10:00,,,2026-02-24", "weekly_sync", "FREQ=WEEKLY;INTERVAL=2", "2026-03-10T10:00"),
        ("Tuesdays 10:00,,,,,", "weekly_sync", "FREQ=WEEKLY", "2026-03-03T10:00"),
        ("Mon and Thu 9am,,,,,", "weekly_sync", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-02T09:00"),
        ("first Tuesday,,3:30 pm,,,", "weekly_sync", "FREQ=MONTHLY;BYDAY=1TU", "2026-03-03T15:30"),
        ("last Friday,,15:00,,,", "weekly_sync", "FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27T15:00"),
        ("monthly,31,10:00,,,", "weekly_sync", "FREQ=MONTHLY", "2026-03-31T10:00"),
        ("monthly,,,,2026-03-17 10:00:00,", "weekly_sync", "FREQ=MONTHLY", "2026-03-17T10:00"),
        ("quarterly,,,,2026-05-05 10:00,", "business_review", "FREQ=MONTHLY;INTERVAL=3", "2026-05-05T10:00"),
        ("quarterly,,10:00,,,2026-01-15", "business_review", "FREQ=MONTHLY;INTERVAL=3", "2026-04-15T10:00"),
        ("jeden Dienstag 10 Uhr,,,,,", "weekly_sync", "FREQ=WEEKLY", "2026-03-03T10:00"),
        ("weekly,,,,2026-03-05T15:00:00Z,", "weekly_sync", "FREQ=WEEKLY", "2026-03-05T10:00"),
    ],
)
def test_rhythms_as_tables_write_them(database: Database, cells: str, kind: str, rrule: str, local_start: str) -> None:
    taken(database, HEADER + f"Acme,Tom Okafor,100,USD,{cells}\n")
    assert series(database) == [(CadenceKind(kind), rrule, local_start, "America/New_York")]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("weekly,,10:00,,,", "“weekly” in line 2: no series was begun for it. Add a column with the next meeting"),
        ("quarterly,,10:00,,,", "says no day, such as “quarterly”"),
        ("monthly,Tuesday,10:00,,,", "says no day, such as “monthly”"),
        ("Tuesdays,,,,,", "1 cell of “Meeting Cadence” says no time, such as “Tuesdays” in line 2"),
        ("weekly,Tuesday,2026-03-10,,,", "1 cell of “Meeting time” is no time of day, such as “2026-03-10”"),
        ("every 6 weeks,Tuesday,10:00,,,", "gives no rhythm that is known here, such as “every 6 weeks”"),
        ("weekly,someday,10:00,,,", "1 cell of “Meeting day” gives no rhythm"),
        ("weekly,Tuesday,10:00,Mars/Base,,", "1 cell of “Time zone” is no time zone that is known here"),
        ("weekly,Tuesday,10:00,,soon enough,", "1 cell of “Next meeting” is no date, such as “soon enough”"),
        ("weekly,Tuesday,10:00,,2026-03-11,", "1 cell of “Next meeting” falls on another weekday than the series"),
    ],
)
def test_a_cell_that_gives_no_series_is_told_and_its_row_is_taken(database: Database, cells: str, says: str) -> None:
    report = taken(database, HEADER + f"Acme,Tom Okafor,100,USD,{cells}\n")
    assert (len(report.created), report.bad, series(database)) == (1, [], [])
    [text] = told(report)
    assert says in text


@pytest.mark.parametrize("cells", ["ad hoc,,10:00,,,", ",Tuesday,10:00,,,", "n/a,,,,2026-03-10 10:00,"])
def test_who_meets_without_a_rhythm_gets_no_series(database: Database, cells: str) -> None:
    report = taken(database, HEADER + f"Acme,Tom Okafor,100,USD,{cells}\n")
    assert (series(database), told(report)) == ([], [])


def test_a_former_customer_is_met_no_more(database: Database) -> None:
    text = "Account Name,Status,Meeting Cadence\nAcme,Churned,Tuesdays 10:00\n"
    assert (told(taken(database, text)), series(database)) == ([], [])


def test_an_owner_whom_slack_has_not_shown_yet_is_told(database: Database) -> None:
    report = taken(database, HEADER + WEEKLY.replace("Tom Okafor", "Nora New"))
    assert series(database)[0][-1] == "UTC"
    assert "1 meeting series is in UTC, such as that of Acme, because the owner is not in Slack yet" in told(report)[1]


def test_a_series_keeps_its_zone_when_its_owner_appears_in_slack(database: Database) -> None:
    text = HEADER + WEEKLY.replace("Tom Okafor", "Inês Duarte")
    taken(database, text)
    with database.begin() as session:
        members.remember(session, 1, INES.user())
    again = taken(database, text)
    assert (told(again), again.batch_id, series(database)[0][-1]) == ([], None, "UTC")


def test_an_account_that_has_a_series_of_the_kind_keeps_it_and_is_named(database: Database, people: Actor) -> None:
    taken(database, "Account Name,Owner\nAcme,Tom Okafor\n")
    new = NewCadence(
        first_account(database), CadenceKind.WEEKLY_SYNC, NOON.date(), "09:00", "fortnightly", "Europe/Berlin"
    )
    with database.begin() as session:
        cadences.set_cadence(session, people, new, NOON)
    before = series(database)
    report = taken(database, HEADER.replace(",ARR,Currency", "") + "Acme,Tom Okafor,weekly,Tuesday,10:00,,,\n")
    assert (series(database), report.batch_id, report.unchanged) == (before, None, 1)
    assert told(report) == [
        "1 account keeps the meeting series as it is here: Acme has weekly sync, every 2 weeks, Mondays 09:00 "
        "(Europe/Berlin), and the file says weekly sync, weekly, Tuesdays 10:00 (America/New_York)."
    ]


def test_many_series_begin_without_a_look_up_for_each(database: Database, people: Actor) -> None:
    names = [f"Firm {number}" for number in range(40)]
    taken(database, "Account Name,Owner\n" + "".join(f"{name},Tom Okafor\n" for name in names))
    opened = datetime(2026, 3, 3, 15, tzinfo=UTC)  # 10:00 in New York on the first Tuesday to come
    begun = taken(database, HEADER + "Firm 0,Tom Okafor,100,USD,weekly,Tuesday,10:00,,,\n")
    with database.begin() as session:
        cadence = session.execute(select(schema.cadence)).mappings().one()
        place = {"account_id": cadence["account_id"], "cadence_id": cadence["id"], "kind": cadence["kind"]}
        session.execute(schema.meeting.insert().values(starts_at=opened, **place))
    undone(database, begun)
    looks: list[str] = []

    def note_look(*args: Any) -> None:
        if "FROM meeting" in args[2]:
            looks.append(args[2])

    event.listen(database.engine, "before_cursor_execute", note_look)
    taken(database, HEADER + "".join(f"{name},Tom Okafor,100,USD,weekly,Tuesday,10:00,,,\n" for name in names))
    event.remove(database.engine, "before_cursor_execute", note_look)
    table = schema.cadence
    upcoming = select(table.c.next_meeting_at).where(table.c.active).order_by(table.c.account_id)
    with database.reading() as session:
        first, *others = session.execute(upcoming).scalars()
    assert (first, set(others)) == (datetime(2026, 3, 10, 14, tzinfo=UTC), {opened})
    assert len(looks) == 1


def test_a_series_that_somebody_ended_does_not_begin_again(database: Database, people: Actor) -> None:
    taken(database, HEADER + WEEKLY)
    with database.begin() as session:
        [cadence_id] = session.execute(select(schema.cadence.c.id)).scalars()
        cadences.stop_cadence(session, people, cadence_id, NOON)
    report = taken(database, HEADER + WEEKLY)
    assert (series(database), report.batch_id) == ([], None)
    assert "Acme has ended here, and the file says weekly sync" in told(report)[0]


def test_an_account_that_is_here_gets_its_series_and_the_report_says_so(database: Database) -> None:
    taken(database, "Account Name,Owner,ARR,Currency\nAcme,Tom Okafor,100,USD\n")
    report = taken(database, HEADER + WEEKLY)
    assert [(one.name, one.field, one.before) for one in report.changed] == [("Acme", "meeting series", "–")]
    assert len(series(database)) == 1


def test_an_undo_ends_what_the_import_began_and_it_can_begin_again(database: Database) -> None:
    taken(database, "Account Name,Owner,ARR,Currency\nAcme,Tom Okafor,100,USD\n")
    report = undone(database, taken(database, HEADER + WEEKLY))
    assert (report.taken_back[Entity.CADENCE], report.stays, series(database)) == (1, [], [])
    taken(database, HEADER + WEEKLY)
    assert len(series(database)) == 1
    assert len(series(database, active=False)) == 1


def test_an_undo_of_new_accounts_ends_their_series(database: Database) -> None:
    report = undone(database, taken(database, HEADER + WEEKLY))
    assert (report.taken_back[Entity.CADENCE], report.taken_back[Entity.ACCOUNT], series(database)) == (1, 1, [])


def test_an_undo_leaves_a_series_that_somebody_changed(database: Database, people: Actor) -> None:
    first = taken(database, HEADER + WEEKLY)
    new = NewCadence(first_account(database), CadenceKind.WEEKLY_SYNC, NOON.date(), "09:00", "weekly", "Europe/Berlin")
    with database.begin() as session:
        cadences.set_cadence(session, people, new, NOON)
    report = undone(database, first)
    assert len(series(database)) == 1
    assert [(stay.entity, stay.name) for stay in report.stays] == [(Entity.CADENCE, "Acme"), (Entity.ACCOUNT, "Acme")]
    assert sentence(report.stays[0].why).startswith("Ada Moreau has written here since")


def test_words_of_a_rhythm() -> None:
    assert series_words.read("Weekly - Tuesdays @ 10am") == Rhythm("weekly", ("TU",), at="10:00")
    assert series_words.read("毎週火曜日 10時") == Rhythm("weekly", ("TU",), at="10:00")
    assert series_words.read("cada 2 semanas, lunes 9:00") == Rhythm("fortnightly", ("MO",), at="09:00")
    assert series_words.read("letzter Freitag im Monat") == Rhythm("monthly", ("FR",), LAST)
    assert series_words.read("segunda-feira 10:00") == Rhythm(None, ("MO",), at="10:00")
    for text in ("every second Tuesday", "twice a week", "semi-monthly", "Mon 10:00, Thu 14:00", "daily"):
        with pytest.raises(Unreadable):
            series_words.read(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_rhythm(text: str) -> None:
    try:
        rhythm = series_words.read(text)
    except Unreadable:
        return
    assert rhythm is None or rhythm.repeat in (None, "weekly", "fortnightly", "monthly", "quarterly")


@pytest.mark.parametrize(
    ("text", "zone"),
    [("europe/berlin", "Europe/Berlin"), ("EST", "America/New_York"), ("(UTC+01:00) CET", "Europe/Berlin")],
)
def test_zones_as_tables_write_them(text: str, zone: str) -> None:
    assert series_words.zone_of(text, frozenset(("Europe/Berlin", "EST"))) == zone


@pytest.mark.parametrize(
    ("word", "next_day", "says"),
    [
        ("move", 7, "such as Acme on 6 Apr 2026 (Easter Monday): it moves to 7 Apr 2026."),
        ("Next business day", 7, "it moves to 7 Apr 2026."),
        ("", 6, "such as Acme on 6 Apr 2026 (Easter Monday): it stays on that day."),
        ("stays", 6, "it stays on that day."),
        ("ask me", 6, "it stays on that day."),
    ],
)
def test_a_series_that_begins_on_a_public_holiday_says_so_and_moves_or_stays_as_the_file_says(
    database: Database, word: str, next_day: int, says: str
) -> None:
    header = "Account Name,ARR,Currency,Meeting Cadence,Meeting time,Time zone,Next meeting,On Public Holiday\n"
    file = File("book.csv", f"{header}Acme,100,USD,weekly,10:00,Europe/Berlin,2026-04-06,{word}\n".encode())
    # Three weeks ahead of the first meeting that is asked about, so that the holiday is the next one.
    now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    report = import_accounts(ImportRun(database, 1, now), file, Options())
    told = {note.remark.value: sentence(note) for note in report.notes}
    assert says in told["series_on_holiday"] and ("series_holiday_unknown" in told) == (word == "ask me")
    with database.reading() as session:
        (row,) = session.execute(select(schema.cadence)).mappings().all()
    assert row["next_meeting_at"] == datetime(2026, 4, next_day, 8, tzinfo=UTC)
    assert row["on_holiday"] == ("move" if next_day == 7 else "stay")
    again = import_accounts(ImportRun(database, 1, now), file, Options())
    assert again.unchanged == 1 and "series_on_holiday" not in {note.remark.value for note in again.notes}


def test_a_series_on_the_29th_or_later_meets_on_the_last_day_of_a_shorter_month(database: Database) -> None:
    file = File(
        "book.csv",
        b"Account Name,ARR,Currency,Meeting Cadence,Meeting time,Time zone,Next meeting\n"
        b"Acme,100,USD,monthly,10:00,UTC,2026-12-31\nBolt,100,USD,monthly on the 30th,10:00,UTC,\n"
        b"Core,100,USD,monthly,10:00,UTC,2026-12-29\n",
    )
    import_accounts(ImportRun(database, 1, datetime(2026, 12, 2, 12, tzinfo=UTC)), file, Options())
    with database.reading() as session:
        rows = session.execute(select(schema.cadence).order_by(schema.cadence.c.id)).mappings().all()
    for row, days in zip(rows, ([31, 31, 28, 31, 30], [30, 30, 28, 30, 30], [29, 29, 28, 29, 29]), strict=True):
        met, after = [], datetime(2026, 12, 2, 12, tzinfo=UTC)
        for _ in days:
            following = recurrence.next_occurrence(row["rrule"], row["local_start"], row["tz"], after)
            assert following is not None
            after = following.starts_at
            met.append(after.day)
        assert met == days
