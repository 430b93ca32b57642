"""What becomes of a file that was dropped: who decides, how often, and what is kept until then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.features.imports import drop_message, dropped_files, waiting_files
from bot.features.imports.dropped_files import Drop, is_large
from bot.features.imports.queries import DropState
from bot.features.imports.views import DroppedFileView
from bot.outbox.types import Moot
from bot.store import members, schema
from bot.store.admin import table_copy
from bot.store.engine import Database
from bot.wording import sentence_of
from tests.support import world
from tests.support.cast import ADA, PRIYA
from tests.support.factory import NOON, add_workspace
from tests.support.factory import member as new_member

BOOK = b"Account ID,Account Name,ARR,Currency\n1,Harborline,120000,EUR\n2,Corvid,80000,EUR\n"


def admin(session: Session) -> Actor:
    return Actor(new_member(session, ADA), "button")


def second_admin(session: Session) -> Actor:
    return Actor(members.remember(session, 1, PRIYA.user(is_admin=True)), "button")


def take(session: Session, actor: Actor, content: bytes = BOOK, *, previewed: bool = True, shared: str = "1.0") -> int:
    preview = dropped_files.preview(session, actor, "book.csv", content, NOON) if previewed else None
    dropped_files.take(session, actor, (Drop("F0BOOK", shared, "book.csv", content, preview),), NOON)
    table = schema.dropped_file
    newest = select(table.c.id).order_by(table.c.id.desc()).limit(1)
    return int(session.execute(newest).scalar_one())


def row(session: Session, file_id: int) -> dict[str, Any]:
    table = schema.dropped_file
    return dict(session.execute(select(table).where(table.c.id == file_id)).mappings().one())


def shown(session: Session, file_id: int) -> DroppedFileView:
    view = drop_message.compose_dropped(session, {"workspace_id": 1, "dropped_file_id": file_id}, NOON)
    assert isinstance(view, DroppedFileView)
    return view


def names(session: Session) -> list[str]:
    table = schema.account
    there = select(table.c.name).where(table.c.taken_back_at.is_(None)).order_by(table.c.id)
    return list(session.execute(there).scalars())


def test_the_bytes_that_were_previewed_are_imported_as_the_admin(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        kept = row(session, file_id)
        assert (kept["content"], len(kept["sha256"]), kept["state"]) == (BOOK, 64, "previewed")
        view = shown(session, file_id)
        assert view.preview is not None and [line.arr for line in view.preview.rows] == ["120,000 EUR", "80,000 EUR"]
        dropped_files.import_dropped(session, by, file_id, NOON)
        assert names(session) == ["Harborline", "Corvid"]
        view, kept = shown(session, file_id), row(session, file_id)
        assert (view.state, view.batch_id, view.decided_by) == (DropState.IMPORTED, 1, ADA.slack_id)
        assert kept["content"] is None
        batch = session.execute(select(schema.import_batch)).mappings().one()
        assert (batch["member_id"], batch["file"]) == (by.member.id, "book.csv")
        dropped_files.undo_dropped(session, by, file_id, NOON)
        view = shown(session, file_id)
        assert names(session) == [] and view.undone is not None and view.undone.removed == 2
        assert [key for key, _ in world.queued(session)] == [
            "dropped-file:1",
            "dropped-file:1@imported",
            "dropped-file:1@undone",
        ]


def test_the_same_message_twice_is_one_file(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        assert take(session, by) == take(session, by)
        assert take(session, by, shared="2.0") > 1
        assert [key for key, _ in world.queued(session)] == ["dropped-file:1", f"dropped-file:{take(session, by)}"]


def test_two_admins_at_the_same_moment_import_once(database: Database) -> None:
    with database.begin() as session:
        people = [admin(session), second_admin(session)]
        file_id = take(session, people[0])

    def press(by: Actor) -> str:
        try:
            with database.begin() as session:
                dropped_files.import_dropped(session, by, file_id, NOON)
        except UserError as refused:
            return sentence_of(refused)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, people))
    assert answers[1] == "done" and answers[0].startswith("This file was imported already, by ")
    with database.reading() as session:
        assert names(session) == ["Harborline", "Corvid"]
        assert len(session.execute(select(schema.import_batch)).all()) == 1


def test_who_is_no_admin_any_more_decides_nothing(database: Database) -> None:
    with database.begin() as session:
        file_id = take(session, admin(session))
        second_admin(session)
        demoted = Actor(members.remember(session, 1, ADA.user(is_admin=False)), "button")
        for decide in (dropped_files.import_dropped, dropped_files.cancel_dropped, dropped_files.undo_dropped):
            with pytest.raises(UserError) as refused:
                decide(session, demoted, file_id, NOON)
            assert sentence_of(refused.value) == f"Only an admin of this Slack imports files, so ask {PRIYA.name}."
        assert names(session) == [] and row(session, file_id)["content"] == BOOK


def test_a_file_of_another_workspace_is_not_here(database: Database) -> None:
    other = add_workspace(database, "T2")
    with database.begin() as session:
        file_id = take(session, admin(session))
        stranger = Actor(members.remember(session, other, PRIYA.user(is_admin=True)), "button")
        with pytest.raises(UserError) as refused:
            dropped_files.import_dropped(session, stranger, file_id, NOON)
        assert refused.value.code == "app.no_such_account"
        assert isinstance(
            drop_message.compose_dropped(session, {"workspace_id": other, "dropped_file_id": file_id}, NOON), Moot
        )


def test_what_is_not_imported_cannot_be_undone(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        with pytest.raises(UserError) as refused:
            dropped_files.undo_dropped(session, by, file_id, NOON)
        assert (
            sentence_of(refused.value)
            == "This file was not imported, so there is nothing to undo: drop it again to import it."
        )


def test_the_clock_does_what_is_large_one_file_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped_files, "MOST_ROWS_AT_ONCE", 1)
    with database.begin() as session:
        by = admin(session)
        first, second = take(session, by, previewed=False), take(session, by, previewed=False, shared="2.0")
        assert shown(session, first).state is DropState.TO_PREVIEW
    turn(database)
    with database.begin() as session:
        assert [row(session, file)["state"] for file in (first, second)] == ["previewed", "to_preview"]
        dropped_files.import_dropped(session, by, first, NOON)
        assert names(session) == [] and row(session, first)["state"] == "to_import"
    turn(database)
    turn(database)
    with database.begin() as session:
        assert len(names(session)) == 2
        dropped_files.undo_dropped(session, by, first, NOON)
        with pytest.raises(UserError) as refused:
            dropped_files.undo_dropped(session, by, first, NOON)
        assert "This import is being undone already" in sentence_of(refused.value)
    assert turn(database) and not turn(database)
    with database.reading() as session:
        assert names(session) == [] and row(session, first)["state"] == "undone"


def turn(database: Database) -> bool:
    with database.begin() as session:
        return waiting_files.do_next(session, NOON)


def test_the_clock_asks_for_the_right_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped_files, "MOST_ROWS_AT_ONCE", 1)
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        dropped_files.import_dropped(session, by, file_id, NOON)
        members.remember(session, 1, ADA.user(is_admin=False))
    assert turn(database)
    with database.reading() as session:
        view = shown(session, file_id)
        assert (view.state, view.trouble) == (
            DropState.REFUSED,
            "Only an admin of this Slack imports files, so ask one.",
        )
        assert names(session) == [] and row(session, file_id)["content"] is None


def test_a_wrong_large_file_holds_up_no_other(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        wrong = take(session, by, b"<html><table><tr><td>Name", previewed=False)
        good = take(session, by, previewed=False, shared="2.0")
    assert turn(database) and turn(database)
    with database.reading() as session:
        assert (shown(session, wrong).trouble or "").startswith("This is a web page (HTML)")
        assert shown(session, good).preview is not None


def test_an_undo_that_breaks_leaves_the_import_and_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError

    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        dropped_files.import_dropped(session, by, file_id, NOON)
        monkeypatch.setattr(dropped_files, "MOST_ROWS_AT_ONCE", 1)
        dropped_files.undo_dropped(session, by, file_id, NOON)
    monkeypatch.setattr(dropped_files, "do_undo", breaks)
    assert turn(database)
    with database.reading() as session:
        view = shown(session, file_id)
        assert view.state is DropState.IMPORTED and "with the reference" in (view.trouble or "")
        assert len(names(session)) == 2


def test_after_a_day_without_a_decision_the_bytes_go(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        assert not waiting_files.forget_undecided(session, NOON + timedelta(hours=23))
        assert waiting_files.forget_undecided(session, NOON + timedelta(hours=25))
        assert not waiting_files.forget_undecided(session, NOON + timedelta(hours=26))
        kept = row(session, file_id)
        assert (kept["content"], kept["state"], kept["shown"]) == (None, "expired", {})
        with pytest.raises(UserError):
            dropped_files.import_dropped(session, by, file_id, NOON)


def test_it_moves_to_another_database(database: Database) -> None:
    with database.begin() as session:
        take(session, admin(session))
        assert table_copy.fingerprint(session, schema.dropped_file).rows == 1
        assert schema.dropped_file not in table_copy.LEDGER


@pytest.mark.parametrize(
    ("content", "large"),
    [
        (b"Name\n" * 900, False),
        (b"Name\r\n" * 900, False),
        (b"Name\n" * 1100, True),
        (b"Name\r" * 1100, True),
        (b"x" * 600_000, True),
        (b"PK\x03\x04" + b"x" * 40_000, False),
        (b"PK\x03\x04" + b"x" * 60_000, True),
    ],
)
def test_what_waits_for_the_clock_is_told_without_reading_it(content: bytes, large: bool) -> None:
    assert is_large(content) is large


def test_a_long_preview_is_cut_with_counts(database: Database) -> None:
    header = ",".join(["Account Name", "ARR (EUR)", *(f"Extra {n}" for n in range(40))])
    lines = [f"Account {n},{f'much {n % 14}' if n % 2 else n}" for n in range(60)]
    with database.begin() as session:
        view = shown(session, take(session, admin(session), "\n".join([header, *lines, ""]).encode()))
        preview = view.preview
        assert preview is not None and preview.unused == 40
        assert (len(preview.rows), len(preview.warnings)) == (5, 5) and preview.more_warnings >= 2
        assert (preview.warnings[-1].line, preview.warnings[-1].more) >= (3, 3)


TERMS = (
    b"Account ID,Account Name,Contract Start,Contract End,ARR,Currency,Notice Days\n"
    b"1,Harborline,2026-01-01,2027-01-01,120000,EUR,60\n"
)


def test_a_file_is_taken_for_the_kind_that_somebody_chose(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by, TERMS)
        view = shown(session, file_id)
        assert view.preview is not None and (view.kind, view.preview.others) == ("contracts", ("accounts",))
        dropped_files.choose_kind(session, by, file_id, "accounts", NOON)
        view = shown(session, file_id)
        assert view.preview is not None and (view.kind, view.preview.others) == ("accounts", ("contracts",))
        with pytest.raises(UserError) as refused:
            dropped_files.import_dropped(session, by, file_id, NOON, kind="contracts")
        assert sentence_of(refused.value) == (
            "Somebody has chosen accounts for this file since, so nothing was imported: look at its preview again."
        )
        assert names(session) == []
        dropped_files.import_dropped(session, by, file_id, NOON, kind="accounts")
        assert names(session) == ["Harborline"]


def test_a_kind_that_there_is_not_is_refused(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by, TERMS)
        with pytest.raises(UserError):
            dropped_files.choose_kind(session, by, file_id, "ledger", NOON)
        assert shown(session, file_id).kind == "contracts"


def test_a_file_that_an_earlier_release_previewed_is_one_of_accounts(database: Database) -> None:
    with database.begin() as session:
        by = admin(session)
        file_id = take(session, by)
        table = schema.dropped_file
        old = row(session, file_id)["shown"]
        for name in ("kind", "others"):
            del old["preview"][name]
        session.execute(table.update().where(table.c.id == file_id).values(kind="account", shown=old))
        view = shown(session, file_id)
        assert view.preview is not None and (view.kind, view.preview.others) == ("accounts", ())
        dropped_files.import_dropped(session, by, file_id, NOON)
        assert names(session) == ["Harborline", "Corvid"]
