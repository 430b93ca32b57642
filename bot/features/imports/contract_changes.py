"""Compares terms of contracts with those that are kept and appends what is new: a term that differs is a new version.

A term that somebody changed here (its end, as the customer left) stays so until the file itself says something new.
From its first real term on an account takes ARR, renewal and notice from its contracts; the report says what changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.account import contracts
from bot.domain.account.contract_view import counting
from bot.domain.account.contracts import Disagreement
from bot.domain.enums import AccountStatus, ContractBasis
from bot.domain.labels import column_label, label
from bot.domain.model import Account, Contract
from bot.domain.values.money import Money, listed_money, money, total
from bot.features.imports.contract_rows import TermLine
from bot.features.imports.joining import Joining
from bot.features.imports.merge_policy import shown
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import BadRow, Changed, KeptRow
from bot.store import account_terms, accounts, contract_terms, ledger
from bot.store.entities import Entity
from bot.store.ledger import Author

_CONTENT = ("ends_on", "kind", "arr_minor", "currency", "notice_days", "auto_renews", "source")
_DEFAULTS = dict.fromkeys((*_CONTENT, "line", "external_id", "recorded_by", "batch_id"))


@dataclass(frozen=True, slots=True)
class PlannedTerm:
    """What becomes of one line: a term, or a new version of one (`row`), or nothing when `values` is empty."""

    line: TermLine
    account_id: int
    account: str
    row: Mapping[str, Any] | None
    values: Mapping[str, Any]
    version: int
    changes: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def writes(self) -> bool:
        return bool(self.values)

    @property
    def title(self) -> str:
        """What messages call the line."""
        return f"{self.account}: {self.line.plan or self.line.external_id or 'contract'}, {self.line.starts_on}"

    @property
    def after(self) -> dict[str, Any]:
        """The columns of the term as they are after this."""
        return {**(self.row or {}), **self.values}


def plan(
    session: Session, joining: Joining, lines: Sequence[TermLine], *, to_write: bool
) -> list[PlannedTerm | BadRow]:
    """What each line would do, in order; nothing is written, and `to_write` holds the terms that are there."""
    joined = [joining.account_of(line, f"{line.account or line.account_id}, {line.starts_on}") for line in lines]
    ids = joining.named(session, joined)
    workspace_id = joining.snapshot.workspace_id
    rows = contract_terms.rows(session, workspace_id, ids, locked=to_write)
    current = {(row["account_id"], row["key"]): row for row in rows}
    versions = contract_terms.last_versions(session, workspace_id, ids)
    imported = contract_terms.last_imported(session, workspace_id, ids)
    planned: list[PlannedTerm | BadRow] = []
    for line, account in zip(lines, joined, strict=True):
        if isinstance(account, BadRow):
            planned.append(account)
            continue
        key = (account, line.key)
        item = _planned(line, account, joining.names[account], current.get(key), versions.get(key, 0) + 1)
        planned.append(_unless_known(item, imported.get(key)))
    return planned


def _planned(line: TermLine, account_id: int, account: str, row: Mapping[str, Any] | None, version: int) -> PlannedTerm:
    values = dict(line.values)
    # An amount means nothing without its currency, and it is the file's amount that counts.
    before = {name: row[name] for name in _CONTENT} if row is not None else {}
    differing = {name: value for name, value in values.items() if before.get(name) != value}
    if row is not None and not differing:
        return PlannedTerm(line, account_id, account, row, {}, version)
    content = {**before, **values, "starts_on": line.starts_on, "line": line.plan, "external_id": line.external_id}
    if row is None:
        return PlannedTerm(line, account_id, account, None, content, version)
    names = ["arr_minor" if name == "currency" else name for name in differing]
    title = f"{account}: {line.plan or line.external_id or 'contract'}, {line.starts_on}"
    changes = tuple(
        Changed(line.line, title, column_label(name), _words(row, name), _words(content, name))
        for name in dict.fromkeys(names)
    )
    return PlannedTerm(line, account_id, account, row, content, version, changes)


def _unless_known(planned: PlannedTerm, imported: Mapping[str, Any] | None) -> PlannedTerm:
    """The same without writing, where the file says what it said last and somebody changed the term here since."""
    if planned.row is None or imported is None or imported["id"] == planned.row["id"]:
        return planned
    says_the_same = all(imported[name] == value for name, value in planned.line.values.items() if name in _CONTENT)
    return replace(planned, values={}, changes=(), kept=planned.changes) if says_the_same else planned


def _words(values: Mapping[str, Any], name: str) -> str:
    value = values[name]
    if name == "arr_minor":
        value = money(value, values["currency"])
    elif name == "kind" and value is not None:
        value = label(value)
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    return shown(value)


def apply(session: Session, by: Author, planned: Sequence[PlannedTerm], *, file: str, now: datetime) -> None:
    """Append planned terms with their history, in one statement; the caller commits."""
    common = {"recorded_at": now, "recorded_by": by.member_id, "batch_id": by.batch_id, "basis": ContractBasis.IMPORTED}
    new = [item for item in planned if item.values]
    rows = [
        {"account_id": item.account_id, "key": item.line.key, "version": item.version, **item.values, **common}
        for item in new
    ]
    whys = [f"{file}, line {item.line.line}" for item in new]
    ledger.add_many(session, by, Entity.CONTRACT, now, rows, whys=whys, defaults=_DEFAULTS)
    account_terms.follow(
        session, by, [item.account_id for item in new], now, whys={item.account_id: file for item in new}
    )


def kept_row(planned: PlannedTerm) -> KeptRow:
    """The term as it is after this, as a person reads it: ARR in major units, the end as the first day without."""
    after = planned.after
    amount = money(after.get("arr_minor"), after.get("currency"))
    values = {
        "account": planned.account,
        "external_id": planned.line.external_id,
        "plan": planned.line.plan,
        "starts_on": planned.line.starts_on,
        "ends_on": after.get("ends_on"),
        "arr": amount.major if amount else None,
        "currency": amount.currency if amount else None,
        "kind": after.get("kind"),
        "notice_days": after.get("notice_days"),
        "auto_renews": after.get("auto_renews"),
        "source": after.get("source"),
    }
    return KeptRow(planned.line.line, values)


@dataclass(slots=True)
class Book:
    """The terms of the accounts that a file is about, as they are after it: what is in force, and what disagrees."""

    workspace_id: int
    on: date
    terms: dict[int, dict[str, Contract]] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    changed: int = 0
    example: str = ""

    def take(self, session: Session, planned: Sequence[PlannedTerm]) -> None:
        """Add the terms of some planned lines, and on its first line all other terms of an account."""
        new = sorted({item.account_id for item in planned} - self.terms.keys())
        # As they are before the contracts of the file are written, which they then follow.
        self.accounts |= accounts.by_ids(session, self.workspace_id, new) if new else {}
        for row in contract_terms.rows(session, self.workspace_id, new) if new else ():
            self.terms.setdefault(row["account_id"], {})[row["key"]] = _term(row)
        for item in planned:
            row = {**item.after, "id": -item.line.line, "account_id": item.account_id, "version": item.version}
            of_account = self.terms.setdefault(item.account_id, {})
            if item.writes or item.line.key not in of_account:
                of_account[item.line.key] = _term(row)
            if item.row is not None and item.writes:
                self.changed += 1
                self.example = self.example or item.title

    def arr(self) -> tuple[Money, ...]:
        """The ARR in force of these accounts, a sum for each currency."""
        sums = (contracts.arr_on(counting(terms.values()), self.on) for terms in self.terms.values())
        return total(amount for some in sums for amount in some)

    def notes(self) -> list[Note]:
        """Which terms overlap or have a new version, and which accounts say something else than their contracts."""
        notes: list[Note] = []
        if self.changed:
            notes.append(note(Remark.VERSIONS_ADDED, count=self.changed, what="term", name=self.example))
        by_id = self.accounts
        overlaps = [
            (by_id[account_id].name, second)
            for account_id, terms in self.terms.items()
            for _, second in contracts.overlapping(counting(terms.values()))
        ]
        if overlaps:
            name, term = overlaps[0]
            line = term.line or term.external_id or ""
            notes.append(note(Remark.CONTRACTS_OVERLAP, count=len(overlaps), name=name, line=line))
        return notes + self._disagreements(by_id)

    def _disagreements(self, by_id: Mapping[int, Account]) -> list[Note]:
        differ: list[tuple[str, str, str]] = []
        none: list[tuple[str, date | None]] = []
        for account_id, by_key in self.terms.items():
            account, terms = by_id[account_id], counting(by_key.values())
            if not contracts.in_force(terms, self.on):
                if account.status is AccountStatus.CUSTOMER:
                    none.append((account.name, self._ended(terms)))
            elif differs := contracts.disagreement(account, terms, self.on):
                differ.append((account.name, *_worded(account, differs)))
        notes: list[Note] = []
        if differ:
            notes.append(note(Remark.CONTRACTS_DIFFER, count=len(differ), examples=differ))
        if none:
            notes.append(note(Remark.CONTRACTS_NONE, count=len(none), examples=none))
        return notes

    def _ended(self, terms: Any) -> date | None:
        return max((term.ends_on for term in terms if term.ends_on and term.ends_on <= self.on), default=None)


def _term(row: Mapping[str, Any]) -> Contract:
    values: dict[str, Any] = {item.name: row.get(item.name) for item in fields(Contract)}
    return Contract(**{**values, "basis": values["basis"] or ContractBasis.IMPORTED})


def _worded(account: Account, differs: Disagreement) -> tuple[str, str]:
    """What the account has and what its contracts say, for the report."""
    here: list[str] = []
    says: list[str] = []
    if differs.arr:
        own = money(account.arr_minor, account.currency)
        here.append(f"{own} ARR" if own else "no ARR")
        says.append(listed_money(differs.arr))
    if differs.ends_on is not None:
        here.append(f"renewal on {account.renewal_date}" if account.renewal_date else "no renewal date")
        says.append(f"end on {differs.ends_on}")
    return " and ".join(here), " and ".join(says)
