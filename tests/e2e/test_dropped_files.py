"""A file is dropped into the bot's messages, as people do it."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest
import yaml
from sqlalchemy import func, select

from bot.features.imports import dropped_files, undo
from bot.slack import files
from bot.store import schema
from bot.store.ledger import Author
from sandbox import NotPossible
from sandbox.model import Json
from sandbox.person import Person
from tests.support.bot_process import MANIFEST, Stage, staged

BOOK = b"""Account ID,Account Name,CSM,ARR,ARR Currency,Renewal Date,Colour
1,Harborline Freight,Tom Okafor,120000,EUR,2026-12-31,red
2,Corvid Insurance,Tom Okafor,80000,EUR,2027-02-28,blue
Total,,,200000,,,
"""


def words(person: Person, message: Json) -> str:
    return " ".join(person.text(message).replace("*", "").split())


def told(person: Person) -> list[Json]:
    """The messages of the bot to this person about files; an import opens risks, which are told as well."""
    others = [message for message in person.sees("dm") if message["user"] != person.id]
    return [message for message in others if re.search(r"file|\.csv|import", words(person, message))]


def read(person: Person) -> str:
    """What the newest of them says, without marks and line breaks."""
    return words(person, told(person)[-1])


def names(stage: Stage) -> list[str]:
    table = schema.account
    there = select(table.c.name).where(table.c.taken_back_at.is_(None)).order_by(table.c.id)
    return list(stage.read(lambda session: session.execute(there).scalars().all()))


def contents(stage: Stage) -> list[bytes | None]:
    table = schema.dropped_file
    return list(stage.read(lambda s: s.execute(select(table.c.content).order_by(table.c.id)).scalars().all()))


async def drop(stage: Stage, who: str, content: bytes = BOOK, name: str = "book.csv") -> Person:
    person = stage.person(who)
    await person.drop(name, content)
    await stage.settle()
    return person


async def test_an_admin_previews_imports_and_undoes(stages: Stage) -> None:
    stage = stages
    maya = await drop(stage, "maya")
    preview = read(maya)
    for part in (
        "book.csv: nothing is imported yet.",
        "2 added, 0 changed, 0 unchanged, 1 left out",
        "Account Name → name",
        "1 column not used",
        "Harborline Freight · Tom Okafor · 120,000 EUR · renews 31 Dec 2026",
        "This file: 2 accounts, 200,000 EUR ARR",
        "There was no import before.",
        "Total",
    ):
        assert part in preview
    assert names(stage) == [] and contents(stage) == [BOOK]
    await maya.click("import.file")
    assert names(stage) == ["Harborline Freight", "Corvid Insurance"] and contents(stage) == [None]
    await stage.settle()
    assert "was imported by @Maya Lindqvist. 2 added" in read(maya) and "This is import 1." in read(maya)
    await maya.click("import.undo")
    await stage.settle()
    assert names(stage) == []
    assert "Import 1 of book.csv was undone" in read(maya)
    assert len(told(maya)) == 1


async def test_the_totals_stand_beside_those_of_the_last_import(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    await maya.click("import.file")
    await stage.settle()
    await drop(stage, "maya", BOOK.replace(b"80000", b"90000"), "book2.csv")
    assert "This file: 2 accounts, 210,000 EUR ARR The last import: 2 accounts, 200,000 EUR ARR" in read(maya)
    assert "0 added, 1 changed, 1 unchanged" in read(maya)


async def test_a_file_that_changes_nothing_has_nothing_to_undo(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    await maya.click("import.file")
    await drop(stage, "maya", BOOK, "again.csv")
    await maya.click("import.file")
    await stage.settle()
    assert "Everything in it stood here already." in read(maya) and len(names(stage)) == 2


async def test_cancel_imports_nothing_and_lets_the_bytes_go(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    preview = told(maya)[-1]
    await maya.click("import.cancel")
    await stage.settle()
    assert "cancelled by @Maya Lindqvist. Nothing was imported" in read(maya)
    assert names(stage) == [] and contents(stage) == [None]
    await maya.click("import.file", message=preview)
    assert "This import was cancelled already, by Maya Lindqvist, so nothing was done again: " in read(maya)
    assert names(stage) == []


async def test_pressed_twice_it_is_imported_once(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    preview = told(maya)[-1]
    await maya.click("import.file", message=preview)
    await maya.click("import.file", message=preview)
    assert "This file was imported already, by Maya Lindqvist (import 1), so nothing was done again: " in read(maya)
    assert batches(stage) == 1
    await stage.settle()
    undo = told(maya)[0]
    for _ in range(2):
        await maya.click("import.undo", message=undo)
    assert "This import was undone already, by Maya Lindqvist (import 1), so nothing was done again: " in read(maya)


def batches(stage: Stage) -> int:
    return stage.read(lambda session: session.execute(select(func.count(schema.import_batch.c.id))).scalar_one())


async def test_an_event_that_comes_twice_makes_one_preview(stage: Stage) -> None:
    for together in (True, False):
        stage.sandbox.duplicate_next(together=together)
        maya = await drop(stage, "maya")
    assert len(told(maya)) == 2 and len(contents(stage)) == 2


async def test_a_file_that_is_shared_again_is_previewed_again(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    await maya.click("import.cancel")
    [file] = maya.sees("dm")[0]["files"]
    await maya.share(file)
    await stage.settle()
    assert "nothing is imported yet" in read(maya)


async def test_a_member_is_told_whom_to_ask_and_the_file_is_not_read(stage: Stage) -> None:
    tom = await drop(stage, "tom")
    admin = stage.person("maya").name if "Maya" in read(tom) else stage.person("ada").name
    assert f"Only an admin of this Slack imports files, so ask {admin}." in read(tom)
    assert contents(stage) == [None]
    assert not [call for call in stage.sandbox.calls if call["method"] == "files.info"]


@pytest.mark.parametrize("who", ["gus", "stella"])
async def test_outsiders_get_nothing(stage: Stage, who: str) -> None:
    person = await drop(stage, who)
    assert told(person) == [] and contents(stage) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "book.xls",
            b"<html><body><table><tr><td>Name</td></tr></table>",
            "This is a web page (HTML), although its name",
        ),
        ("book.pdf", b"%PDF-1.7 and so on", "This is a PDF: export the table again, as CSV or XLSX, and import that."),
        ("book.csv", b"", "The file is empty, so export the table again, as CSV or XLSX, with its header line."),
        ("book.csv", b"Colour,Size\nred,3\n", "Options that begin with -- belong to the command line"),
    ],
)
async def test_a_wrong_file_is_named_for_what_it_is(stage: Stage, name: str, content: bytes, sentence: str) -> None:
    maya = await drop(stage, "maya", content, name)
    assert sentence in read(maya) and "was not imported" in read(maya)
    assert contents(stage) == [None]


async def test_a_file_without_a_row_that_can_be_taken_offers_no_import(stage: Stage) -> None:
    maya = await drop(stage, "maya", b"Account Name,Tier\nHarborline,Gold\nCorvid,Gold\n")
    assert "No row of it can be taken." in read(maya) and "Line 2 and 1 more: Tier: Gold is no tier" in read(maya)
    with pytest.raises(NotPossible):
        await maya.click("import.file")
    await maya.click("import.cancel")


async def test_a_file_that_is_too_large_is_not_downloaded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    maya = await drop(stage, "maya", b"Name\n" + b"x" * files.LARGEST)
    assert "The file has more than 10 MB, so import it on" in read(maya)
    monkeypatch.setattr(files, "LARGEST", 20)  # Slack says it is small, and it is not
    upload = await understated(stage, maya)
    await maya.share(upload)
    await stage.settle()
    assert "The file has more than 0 MB, so import it on" in read(maya)


async def understated(stage: Stage, person: Person) -> Json:
    message = await person.drop("small.csv", BOOK)
    file: Json = message["files"][0]
    stage.sandbox.world.uploads[file["id"]]["shared"]["size"] = 3
    return file


@pytest.mark.parametrize(
    "address",
    [
        "https://files.slack.com.evil.example/f",
        "http://files.slack.com/f",
        "https://me@files.slack.com/f",
        "file:///f",
        None,
    ],
)
async def test_a_file_elsewhere_is_not_read(stage: Stage, address: str | None) -> None:
    maya = stage.person("maya")
    message = await maya.drop("book.csv", BOOK)
    file = message["files"][0]
    stage.sandbox.world.uploads[file["id"]]["shared"]["url_private_download"] = address
    await maya.share(file)
    await stage.settle()
    assert "Slack did not give me the file, so drop it again" in read(maya)
    assert contents(stage) == [BOOK, None]


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    maya = stage.person("maya")
    message = await maya.drop("book.csv", BOOK)
    file = message["files"][0]
    stage.sandbox.world.uploads[file["id"]]["shared"]["url_private_download"] = (
        f"{stage.sandbox.url}/files/F0/elsewhere"
    )
    await maya.share(file)
    await stage.settle()
    assert "Slack did not give me the file, so drop it again" in read(maya)


async def test_without_the_scope_it_says_what_to_do(tmp_path: Path, sqlite_template: Path) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))
    del manifest["oauth_config"]["scopes"]["bot_optional"]
    async with staged(tmp_path, database=sqlite_template, manifest=manifest) as stage:
        maya = await drop(stage, "maya")
        assert "give Proofline the scope files:read and drop it again, or import the file on the command" in read(maya)
        assert contents(stage) == [None]


async def test_a_large_file_waits_for_the_clock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped_files, "MOST_ROWS_AT_ONCE", 1)
    maya = stage.person("maya")
    await stage.settle()  # the clock's first turn is over
    await maya.drop("book.csv", BOOK)
    await stage.bot.drain()
    assert "is large. Its preview comes here in a minute." in read(maya)
    await stage.settle()
    assert "nothing is imported yet" in read(maya)
    await maya.click("import.file")
    await stage.bot.drain()
    assert "it is being imported. This message says when it is done." in read(maya) and names(stage) == []
    await stage.settle()
    assert "was imported by @Maya Lindqvist. 2 added" in read(maya) and len(names(stage)) == 2
    await maya.click("import.undo")
    await stage.bot.drain()
    assert "is being undone" in read(maya)
    await stage.settle()
    assert "was undone by @Maya Lindqvist" in read(maya) and names(stage) == []


async def test_what_breaks_is_told_with_a_reference(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("a cell that nobody foresaw")

    monkeypatch.setattr(dropped_files, "previewed", breaks)
    maya = await drop(stage, "maya")
    assert "This could not be done and nothing was written: tell whoever runs Proofline, with the reference" in read(
        maya
    )
    assert contents(stage) == [None]


async def test_an_import_that_was_undone_on_the_command_line_says_so(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    await maya.click("import.file")
    await stage.settle()
    stage.write(lambda session: undo.undo(session, Author(stage.workspace_id, None, "import"), 1, stage.now))
    imported = told(maya)[0]
    await maya.click("import.undo", message=imported)
    assert "Import 1 (book.csv) was undone already" in read(maya)
    await stage.settle()
    assert words(maya, told(maya)[0]) == "Import 1 of book.csv was undone."


async def test_nobody_decides_for_a_day(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    preview = told(maya)[-1]
    await stage.go_on(hours=23)
    assert contents(stage) == [BOOK]
    await stage.go_on(hours=2)
    assert contents(stage) == [None] and "nobody decided for a day" in read(maya)
    await maya.click("import.file", message=preview)
    assert "Nothing can be decided about this file any more" in read(maya)


async def test_several_files_of_one_message(stage: Stage) -> None:
    maya = stage.person("maya")
    dropped = [(await maya.drop(f"{n}.csv", BOOK, "general"))["files"][0] for n in range(6)]
    await stage.settle()
    assert told(maya) == []  # in a channel nobody asked the bot
    await maya.share(*dropped)
    await stage.settle()
    assert len(told(maya)) == 6
    assert "I read 5 files of a message, so drop this one in a message of its own." in read(maya)


async def test_what_is_written_to_the_bot_is_left_alone(stage: Stage) -> None:
    maya = stage.person("maya")
    await maya.say("dm", "Hello")
    await stage.settle()
    assert told(maya) == []


async def test_the_sandbox_gives_a_file_to_nobody_without_the_token(stage: Stage) -> None:
    maya = await drop(stage, "maya")
    url = maya.sees("dm")[0]["files"][0]["url_private_download"]
    async with aiohttp.ClientSession() as http, http.get(url, allow_redirects=False) as answer:
        assert answer.status == 302


async def test_after_an_import_the_message_offers_default_meetings_to_whom_nobody_meets(stage: Stage) -> None:
    """Maya presses once, sees what would begin, and confirms once."""
    maya = await drop(stage, "maya", b"Account Name,CSM,Portfolio\nHarbor,Tom Okafor,North\nCorvid,Tom Okafor,North\n")
    await maya.click("import.file")
    await stage.settle()
    assert "North: 2 customers have no meetings, so nobody is asked about them." in read(maya)
    await maya.click("portfolio.series")
    await maya.submit()
    await maya.submit()
    with stage.bot.database.reading() as session:
        running = session.execute(schema.cadence.select().where(schema.cadence.c.active)).mappings().all()
    assert len(running) == 2
