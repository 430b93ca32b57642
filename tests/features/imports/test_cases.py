"""Files as the field writes them, each with its right reading: `tests/data/cases/right.yml`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from bot.app.actor import UserError
from bot.cli.import_report import as_json
from bot.domain.values.money import money
from bot.features.imports import wording
from bot.features.imports.fact_rows import OUTCOMES
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.store import schema
from bot.store.engine import Database
from tests.support.factory import NOON
from tests.support.refusals import worded

CASES = Path(__file__).parents[2] / "data" / "cases"
FIELDS = ("external_id", "name", "arr", "currency", "status", "contract_start", "renewal_date", "owner")


@cache
def right() -> dict[str, dict[str, Any]]:
    """The table of right readings, by path."""
    table: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "right.yml").read_text("utf-8"))
    return table


READ = [path for path, case in right().items() if "refused" not in case]
REFUSED = [path for path, case in right().items() if "refused" in case]


def taken(database: Database, path: str, *, dry_run: bool = False, **options: Any) -> Report:
    run = ImportRun(database, 1, NOON, dry_run, all_rows=True)
    options |= right().get(path, {}).get("options", {})
    return import_accounts(run, File(Path(path).name, (CASES / path).read_bytes()), Options(**options))


def everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for name, table in schema.metadata.tables.items()
        }


def complete(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table with what it leaves out."""
    return {"status": "customer", **row, **{name: row.get(name) for name in FIELDS if name != "status"}}


def test_every_input_is_in_the_table() -> None:
    others = {"import/b01-month-end.csv", "import/f01-outcomes.csv"}
    inputs = {
        f"{file.parent.name}/{file.name}" for folder in ("import", "kinds") for file in (CASES / folder).iterdir()
    }
    assert {path for path in inputs if not path.endswith(".md")} - others == set(right())


@pytest.mark.parametrize("path", READ)
def test_each_file_gives_its_right_values_and_a_second_run_changes_nothing(database: Database, path: str) -> None:
    case = right()[path]
    preview = taken(database, path, dry_run=True)
    told = json.loads(as_json(preview))
    assert told["rows"] == [complete(row) for row in case["rows"]]
    assert told["encoding"] == case["encoding"]
    reasons = {bad.line: bad.reason.remark.value for bad in (*preview.bad, *preview.left_out)}
    assert reasons == case.get("left_out", {})
    remarks = [note.remark.value for note in preview.notes if note.remark is not Remark.WITHOUT_PORTFOLIO]
    assert remarks == case.get("warnings", [])

    written = taken(database, path)
    assert written.preview.rows == preview.preview.rows
    before = everything(database)
    again = taken(database, path)
    assert (again.created, again.changed, again.new_members, again.batch_id) == ([], [], [], None)
    assert everything(database) == before


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_no_table_is_named_for_what_it_is_in_one_sentence(database: Database, path: str) -> None:
    before = everything(database)
    with pytest.raises(UserError) as refused:
        taken(database, path)
    assert refused.value.code.key == right()[path]["refused"]
    assert refused.value.facts.get("kind") == right()[path].get("kind")
    assert worded(refused.value).endswith(".")
    assert everything(database) == before


def test_what_is_kept_is_what_the_preview_said(database: Database) -> None:
    taken(database, "import/x01-typed-workbook.xlsx")
    account, member = schema.account, schema.member
    joined = select(account, member.c.name.label("owner")).join(member, account.c.owner_id == member.c.id, isouter=True)
    with database.reading() as session:
        rows = session.execute(joined.order_by(account.c.id)).mappings().all()
    kept = [
        (row["external_id"], row["name"], money(row["arr_minor"], row["currency"]), row["status"].value, row["owner"])
        for row in rows
    ]
    assert [(*values[:2], str(values[2]), *values[3:]) for values in kept] == [
        ("00123", "Birch & Sons", "12,000 EUR", "customer", "Anna Alder"),
        ("124", "Cedar", "1,234 EUR", "former", "Tom Okafor"),
        ("00125", "株式会社青空商事", "1.2 M JPY", "customer", None),
    ]


def test_one_salesforce_id_written_two_ways_is_one_account(database: Database) -> None:
    taken(database, "import/i01-report-15.csv")
    loader = taken(database, "import/i02-loader-18.csv")
    assert (loader.created, loader.unchanged) == ([], 1)
    assert [(one.name, one.before, one.after) for one in loader.changed] == [("Birch", "12,000 EUR", "12,500 EUR")]
    assert taken(database, "import/i01-report-15.csv").created == []


def test_an_id_of_18_characters_that_an_older_version_kept_stays_as_it_is(database: Database) -> None:
    taken(database, "import/i01-report-15.csv")
    table = schema.account
    with database.begin() as session:
        session.execute(table.update().where(table.c.workspace_id == 1, table.c.name == "Cedar").values(
            external_id="001aa00000Abc1EAAV"))  # fmt: skip
    for path in ("import/i01-report-15.csv", "import/i02-loader-18.csv"):
        report = taken(database, path)
        assert (report.created, [one.field for one in report.changed if one.name == "Cedar"]) == ([], [])


def test_an_id_without_its_zeros_is_told(database: Database) -> None:
    taken(database, "import/f00-accounts.csv")
    lost = taken(database, "import/u07-id-lost-zeros.csv", dry_run=True)
    assert [(note.facts["count"], note.facts["name"]) for note in lost.notes if note.remark is Remark.NAMESAKES] == [
        (2, "Birch")
    ]
    assert "2 new accounts have the name of one here under another id" in json.loads(as_json(lost))["warnings"][0]


def test_outcomes_are_read_as_they_are_written(database: Database) -> None:
    taken(database, "import/f00-accounts.csv")
    file = File("f01-outcomes.csv", (CASES / "import" / "f01-outcomes.csv").read_bytes())
    report = import_facts(ImportRun(database, 1, NOON), OUTCOMES, file, Options())
    assert report.bad == []
    table = schema.outcome
    names = ("title", "kind", "direction", "baseline", "target", "promised_minor", "currency")
    with database.reading() as session:
        rows = session.execute(select(*(table.c[name] for name in names)).order_by(table.c.id)).all()
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in rows] == [
        ("Faster close", "numeric", "down", "15.5", "5", "4000000", "EUR"),
        ("Less churn", "numeric", "down", "12.5", "8.0", None, None),
        ("Profit", "numeric", "up", "-5", "3", None, None),
        ("Margin acc", "numeric", "up", "-5", "3", None, None),
        ("Uptime", "numeric", "up", "99.5", "99.9", None, None),
        ("Days", "numeric", "down", "15", "5", None, None),
        ("Sci", "numeric", "up", "1000", "2000", None, None),
        ("Words only", "statement", None, None, None, None, None),
    ]
    again = import_facts(ImportRun(database, 1, NOON), OUTCOMES, file, Options())
    assert (again.unchanged, again.batch_id) == (8, None)


def test_a_guessed_encoding_can_be_corrected(database: Database) -> None:
    data = (CASES / "import" / "e04-cp1251.csv").read_bytes()
    run = ImportRun(database, 1, NOON, dry_run=True)
    guessed = import_accounts(run, File("e04.csv", data), Options())
    assert guessed.notes[0].facts == {"encoding": "cp1251", "example": "ООО Ромашка"}
    corrected = import_accounts(run, File("e04.csv", data, encoding="koi8-r"), Options())
    assert corrected.preview.encoding == "koi8-r"
    assert all(note.remark is not Remark.ENCODING_GUESSED for note in corrected.notes)


def test_every_remark_has_a_sentence_and_every_sentence_a_remark() -> None:
    assert set(wording.REMARKS.written()) == {remark.value for remark in Remark}
