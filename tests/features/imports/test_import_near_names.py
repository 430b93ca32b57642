"""New accounts of a file that are called almost like one that is here are named, with what to do."""

from __future__ import annotations

import json

import pytest

from bot.cli.import_report import as_json
from bot.features.imports import wording
from bot.features.imports.near_names import core
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.store.engine import Database
from tests.support.factory import NOON

HERE = "Account ID,Name\n1,Harborline Freight\n2,Corvid Insurance GmbH\n3,Nordwind Energie\n"


def taken(database: Database, text: str, *, dry_run: bool = False) -> Report:
    run = ImportRun(database, 1, NOON, dry_run, all_rows=True)
    return import_accounts(run, File("book.csv", text.encode()), Options())


def near(report: Report) -> list[str]:
    return [wording.sentence(note) for note in report.notes if note.remark is Remark.NAMES_NEAR]


def test_the_preview_names_each_pair_and_says_what_to_do(database: Database) -> None:
    taken(database, HERE)
    file = "Account ID,Name\n9,Harborline Freigt\n8,CORVID Insurance AG\n7,Sable Optics\n1,Harborline Freight\n"
    preview = taken(database, file, dry_run=True)
    (told,) = near(preview)
    assert told == (
        "2 new accounts have a name near one that is here. If they are one customer, give the row the id or the name "
        "of the one here, or after the import type /proof with the name that stays, then merge: “Harborline Freigt” "
        "near “Harborline Freight”; “CORVID Insurance AG” near “Corvid Insurance GmbH”."
    )
    assert told in json.loads(as_json(preview))["warnings"]
    assert near(taken(database, file)) == [told]
    assert near(taken(database, file)) == []  # they are here now, so nothing is new


@pytest.mark.parametrize("name", ["Harborline Foods", "Nordwind", "Corvid Investments", "Nordlicht Energie"])
def test_other_firms_are_not_named(database: Database, name: str) -> None:
    taken(database, HERE)
    assert near(taken(database, f"Account ID,Name\n9,{name}\n", dry_run=True)) == []


def test_names_of_one_file_are_not_compared_with_one_another(database: Database) -> None:
    assert near(taken(database, "Account ID,Name\n1,Acme Inc\n2,Acme GmbH\n")) == []


def test_the_legal_form_does_not_tell_two_firms_apart() -> None:
    assert core("Acme Manufacturing, Inc.") == core("ACME Manufacturing GmbH") == "acme manufacturing"
    assert core("The Group") == "the group"  # a name of such words only keeps them
