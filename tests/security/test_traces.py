"""What people wrote and what is secret leaves no trace: not in a log at any level, not in an address, not in a file."""

from __future__ import annotations

import io
import logging
import os
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from slack_sdk.errors import SlackApiError
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from bot import log as bot_log
from bot.app.actor import UserError
from bot.domain.values.clock import SystemClock
from bot.features.risks.refusals import RiskRefusal
from bot.settings import Settings
from bot.slack.doctor import examine
from bot.store import schema
from bot.store.admin import backup, migrations
from bot.store.admin.migrations import TooNewError
from bot.store.admin.private_files import new_file
from bot.store.engine import Database, secrets_of
from bot.wiring import Bot, CannotStartError
from bot.wiring import secrets_of as secrets_of_settings

TEAM = "T-HIDDEN-TEAM"
WORDS = "Halden will sack Kim on Friday"
TOKEN = "xoxb-hidden-token"
PASSWORD = "hunter2-is-hidden"


@pytest.fixture(params=[True, False], ids=["json", "console"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process at DEBUG writes to standard error."""
    written = io.StringIO()
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    monkeypatch.setattr(sys, "stderr", written)
    bot_log.configure("DEBUG", request.param, [TOKEN, PASSWORD])
    yield written
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_a_refused_row_is_logged_without_its_values(logged: io.StringIO, database: Database) -> None:
    """PostgreSQL quotes the row in its message, SQLAlchemy the parameters in its own."""
    row = {"team_id": TEAM, "name": WORDS, "created_at": datetime(2026, 4, 7, tzinfo=UTC)}
    with database.session() as session:
        try:
            session.execute(insert(schema.workspace), [row])
            session.execute(insert(schema.workspace), [row])
        except DBAPIError as error:
            structlog.get_logger("test").error("it.failed", exc_info=error)
            structlog.get_logger("test").error("it.failed", why=bot_log.said(error))
        else:
            raise AssertionError("the second row has the team of the first")
    assert WORDS not in logged.getvalue() and TEAM not in logged.getvalue()
    assert logged.getvalue().count("it.failed") == 2 and "IntegrityError" in logged.getvalue()
    assert "NOT NULL" not in logged.getvalue().upper().replace("_", " "), "the row was refused for another reason"


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"invalid literal: {WORDS}"),
        KeyError(WORDS),
        RuntimeError("a", WORDS),
        SlackApiError(WORDS, {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [WORDS]}}),  # type: ignore[no-untyped-call]
        ExceptionGroup(WORDS, [ValueError(WORDS)]),
        UserError(RiskRefusal.TAKEN, holder=WORDS, since=None),
        OSError(2, WORDS, WORDS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_is_logged_with_its_place_and_without_its_message(logged: io.StringIO, error: Exception) -> None:
    log = structlog.get_logger("test")
    try:
        try:
            raise error
        except type(error) as first:
            raise TypeError(WORDS) from first
    except TypeError:
        log.exception("it.failed")
    shown = logged.getvalue()
    assert WORDS not in shown
    assert "TypeError" in shown and type(error).__name__ in shown and "test_traces.py" in shown


def test_libraries_are_heard_without_what_they_were_given(logged: io.StringIO) -> None:
    for name in ("slack_sdk.web.async_client", "slack_bolt.AsyncApp", "aiohttp.access", "asyncio", "psycopg"):
        library = logging.getLogger(name)
        library.debug("Sending a request - json: %s", WORDS)
        library.info("request body: {'text': '%s'}", WORDS)
        library.warning("Unhandled request ({'text': '%s'})", WORDS)
        try:
            raise ValueError(WORDS)
        except ValueError as error:
            library.exception(f"Failed to process a message: {error}")
    shown = logged.getvalue()
    assert WORDS not in shown and "request body" not in shown and "Sending" not in shown
    assert shown.count("Unhandled request") == shown.count("Failed to process a message") == 5


def test_a_secret_is_blacked_out_wherever_it_stands(logged: io.StringIO) -> None:
    structlog.get_logger("test").warning("it.failed", why=f"no connection with {PASSWORD}", tokens=[TOKEN])
    logging.getLogger("uvicorn.error").error("%s", TOKEN)
    assert TOKEN not in logged.getvalue() and PASSWORD not in logged.getvalue() and "***" in logged.getvalue()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{PASSWORD}@db/proofline",
        f"postgresql://me@db/proofline?password={PASSWORD}&sslmode=require",
        f"postgresql://db/proofline?sslkey=k&sslpassword={PASSWORD}",
    ],
)
def test_a_password_is_shown_nowhere(url: str, tmp_path: Path) -> None:
    database = Database(url)
    assert (
        PASSWORD
        not in f"{database.shown_url} {backup.pg_dump(database, tmp_path / 'x')} {Settings(database_url=url)!r}"
    )
    assert secrets_of(url) == (PASSWORD,)
    assert PASSWORD in secrets_of_settings(Settings(database_url=url, slack_bot_token=TOKEN))


def test_files_with_the_ledger_are_for_their_owner_only(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
        migrations.upgrade(database)
        backup.backup(database, tmp_path / "copy.sqlite3")
        with new_file(tmp_path / "export.jsonl") as part:
            part.write_text("{}")
        with database.begin() as session:
            session.execute(text("SELECT 1"))
            rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        database.dispose()
    finally:
        os.umask(umask)
    assert {"ledger.sqlite3", "copy.sqlite3", "export.jsonl"} <= rights.keys()
    assert set(rights.values()) == {0o600}, rights


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.write_text("mine")
    (tmp_path / "copy.sqlite3").symlink_to(other)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("copy.sqlite3", "dangling"):
        with pytest.raises(FileExistsError), new_file(tmp_path / name):
            raise AssertionError("a link is there")
    assert other.read_text() == "mine" and not (tmp_path / "nowhere").exists()


def test_what_appears_while_a_file_is_written_is_kept(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "export.jsonl") as part:
            part.write_text("ours")
            (tmp_path / "export.jsonl").write_text("theirs")

    with pytest.raises(FileExistsError):
        write()
    assert (tmp_path / "export.jsonl").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


async def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TooNewError, match=r"newer Proofline \(schema 9999"):
        migrations.upgrade(database)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, slack_bot_token=TOKEN, slack_app_token="xapp-1")
    with pytest.raises(CannotStartError, match="Install that version"):
        await Bot(settings, SystemClock()).start()
    findings: list[str] = []
    assert not await examine(settings, lambda finding: findings.append(str(finding)))
    assert any("Install that version" in finding for finding in findings)
