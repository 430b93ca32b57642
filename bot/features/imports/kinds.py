"""The kinds of import: what each is called, how it runs, and which of them a file is by its headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from bot.app.actor import UserError
from bot.features.imports import column_mapping, fact_rows, file_reader, run
from bot.features.imports.column_mapping import LABEL
from bot.features.imports.fields import TABLES
from bot.features.imports.passes import File, ImportRun
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of import by its name, such as `accounts`, and the function that runs it."""

    name: str
    run: Callable[[ImportRun, File, Options], Report]


def _facts(kind: fact_rows.FactKind) -> Callable[[ImportRun, File, Options], Report]:
    return lambda import_run, file, options: run.import_facts(import_run, kind, file, options)


KINDS: Mapping[str, ImportKind] = {
    kind.name: kind
    for kind in (
        ImportKind("accounts", run.import_accounts),
        ImportKind("people", _facts(fact_rows.PEOPLE)),
        ImportKind("outcomes", _facts(fact_rows.OUTCOMES)),
        ImportKind("promises", _facts(fact_rows.PROMISES)),
        ImportKind("contracts", run.import_contracts),
        ImportKind("readings", run.import_readings),
        ImportKind("events", run.import_events),
    )
}
"""All kinds by their names, in the order in which people are shown them."""
# What a file of another kind has too: the account it is about, and words that mean something in each kind.
_SHARED = {
    "account_id", "account", "name", "external_id", "currency", "source", "owner", "status", "state", "unit", "title",
    "text", "due_on", "kind", "observed_at", "plan",
}  # fmt: skip
_CLOSE = 1


def fitting(data: bytes, name: str) -> list[str]:
    """The kinds that a file can be by its headers, the one that fits best first; `accounts` where none fits.

    Raises `UserError` when the file is no table.
    """
    recognisers = {kind: column_mapping.recogniser(TABLES[kind]) for kind in KINDS}
    count = partial(_most, recognisers.values())
    sheet = file_reader.read(data, name=name, recognised=count)
    scores: dict[str, tuple[int, int]] = {}
    for kind, recogniser in recognisers.items():
        with suppress(UserError):
            columns = recogniser.recognise(sheet)
            if kind != "accounts" and "account" not in columns and "account_id" not in columns:
                continue
            fields = {use.field for use in columns.uses if use.field not in (None, LABEL)}
            scores[kind] = (len(fields - _SHARED), len(fields))
    if not scores:
        return ["accounts"]
    ordered = sorted(scores, key=lambda kind: (*(-part for part in scores[kind]), list(KINDS).index(kind)))
    best = scores[ordered[0]][0]
    return [kind for kind in ordered if kind == ordered[0] or scores[kind][0] >= max(1, best - _CLOSE)]


def _most(recognisers: Iterable[column_mapping.Recogniser], cells: Sequence[str]) -> int:
    return max(recogniser.count(cells) for recogniser in recognisers)
