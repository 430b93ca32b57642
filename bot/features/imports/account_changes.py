"""Compares account lines with the ledger, and writes what differs.

ARR and renewal become the account's stand-in contract. Where an account has real contracts, those say ARR and renewal:
a file that says something else is told, not written. What a file that names a former customer does is in `former`.

An account is found by its external id, else by its name. The CRM is the source of what it exports, with one
exception: a value that somebody changed here since an import last took it stays, until the CRM's own value changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Tier
from bot.domain.labels import column_label
from bot.domain.values.money import money
from bot.features.imports import merge_policy
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.colleagues import Who
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import Row, shown
from bot.features.imports.record_ids import canonical
from bot.features.imports.remarks import Remark, Unreadable, note
from bot.features.imports.report import BadRow, Changed, KeptRow
from bot.features.imports.series import NewSeries
from bot.store import account_terms, accounts, contract_terms, ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author, Change

# The low-touch owner is asked once a month, which is enough until somebody sets the tier.
DEFAULT_TIER = Tier.LOW_TOUCH
# An amount means nothing without its currency, so the import takes both or keeps both.
_MONEY = {"arr_minor", "currency"}


@dataclass(frozen=True, slots=True)
class NewPortfolio:
    """A portfolio that the file names and nobody has set up."""

    name: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one line. `row` is the account as it is, None for a new one; `values` are the columns to write.

    In `values`, people and portfolios that are not there yet stand as `Who` and `NewPortfolio` until they are added.
    `namesake` is the id of an account that has the name of this new one already. `series` is begun, and the mail
    `domain` bound. `by_contract` are values that the file gives otherwise than the account's contracts; `stand_in` is
    the version of the stand-in contract with which a former customer's ends.
    """

    line: ImportedAccount
    row: Row | None
    values: Row
    changes: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()
    by_contract: tuple[Changed, ...] = ()
    namesake: str | None = None
    series: NewSeries | None = None
    domain: str | None = None
    stand_in: Row | None = None

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def writes(self) -> bool:
        more = (self.series, self.domain, self.stand_in)
        return self.is_new or bool(self.values) or any(one is not None for one in more)

    @property
    def title(self) -> str:
        """What messages call the line."""
        return self.line.name

    @property
    def after(self) -> dict[str, Any]:
        """The columns of the account as they are after this."""
        return {**(self.row or {}), "name": self.line.name, **self.values}

    @property
    def newcomers(self) -> list[str]:
        """The names of colleagues whom this line adds."""
        return [value.name for value in self.values.values() if isinstance(value, Who)]

    @property
    def new_portfolios(self) -> list[str]:
        """The names of portfolios that this line adds."""
        return [value.name for value in self.values.values() if isinstance(value, NewPortfolio)]


@dataclass(slots=True)
class _Match:
    """A line with the account it is about, and why it is about none."""

    line: ImportedAccount
    account_id: int | None = None
    bad: BadRow | None = field(default=None)


def plan(
    session: Session, snapshot: LedgerSnapshot, lines: Sequence[ImportedAccount], *, to_write: bool
) -> list[Planned | BadRow]:
    """What each line would do, in order; nothing is written. Reads the ledger in a fixed number of queries.

    `to_write` locks the accounts until the transaction ends. The column of a bad row is given as the field's name.
    """
    matches = [_matched(snapshot, line) for line in lines]
    ids = [match.account_id for match in matches if match.account_id is not None]
    rows = _rows(session, snapshot.workspace_id, ids, locked=to_write) if ids else {}
    imported = merge_policy.last_imported(session, snapshot.workspace_id, schema.account, ids) if ids else {}
    bound = contract_terms.with_real(session, snapshot.workspace_id, ids) if ids else set()
    planned: list[Planned | BadRow] = []
    for match in matches:
        line, account_id = match.line, match.account_id
        if match.bad is not None:
            planned.append(match.bad)
            continue
        try:
            values = _values_of(snapshot, line)
            change = (
                _new(snapshot, line, values)
                if account_id is None
                else _planned_change(snapshot, line, values, rows[account_id], imported.get(account_id, {}))
            )
            change = _told_only(change) if account_id in bound else change
            planned.append(_unfit_colleague(snapshot, change) or change)
        except Unreadable as error:
            planned.append(BadRow(line.line, "owner", line.owner.name if line.owner else None, error.note, line.name))
    return planned


def apply(
    session: Session, by: Author, snapshot: LedgerSnapshot, planned: Sequence[Planned], *, file: str, now: datetime
) -> list[tuple[int, Planned]]:
    """Write planned lines with their history, in a few statements; the caller commits. Returns their accounts' ids."""
    new = [item for item in planned if item.is_new]
    rows = [
        {"name": item.line.name, "stage_since": now.date(), **_resolved(session, by, snapshot, item.values, now)}
        for item in new
    ]
    whys = [f"{file}, line {item.line.line}" for item in new]
    ids = accounts.create_many(session, by, now, rows, slugs_taken=snapshot.slugs, whys=whys)
    for account_id, item in zip(ids, new, strict=True):
        snapshot.add(account_id, item.line.external_id, item.line.name)
        snapshot.taken[account_id] = item.line.line
    changes: list[Change] = []
    for item in planned:
        if item.row is not None and item.values:
            values = _resolved(session, by, snapshot, item.values, now)
            if values.get("status") is AccountStatus.CUSTOMER and item.row["leaves_on"] is not None:
                values["leaves_on"] = None
            changes.append(Change(item.row, values, f"{file}, line {item.line.line}"))
            if "name" in values:
                accounts.index_words(session, by.workspace_id, item.row["id"], values["name"])
    ledger.change_many(session, by, Entity.ACCOUNT, now, changes)
    there = [(item.row["id"], item) for item in planned if item.row is not None]
    written = [*zip(ids, new, strict=True), *there]
    _write_stand_ins(session, by, written, file, now)
    return written


def _write_stand_ins(
    session: Session, by: Author, written: Sequence[tuple[int, Planned]], file: str, now: datetime
) -> None:
    """Write the stand-ins of what the file says of accounts that were here, and the ends of former customers'."""
    ended = [{"account_id": account_id, **item.stand_in} for account_id, item in written if item.stand_in is not None]
    account_terms.write_stand_ins(session, by, ended, now, whys=[file] * len(ended))
    restated: list[tuple[int, Row]] = []
    returned: set[int] = set()
    for account_id, item in written:
        if item.row is None or item.stand_in is not None:
            continue
        is_back = item.row["status"] is AccountStatus.FORMER and item.values.get("status") is AccountStatus.CUSTOMER
        returned |= {account_id} if is_back else set()
        if is_back or item.values.keys() & set(account_terms.OF_CONTRACT):
            restated.append((account_id, {**item.row, **item.values}))
    account_terms.add_stand_ins(session, by, restated, now, whys=[file] * len(restated), returned=returned)


def kept_row(snapshot: LedgerSnapshot, planned: Planned) -> KeptRow:
    """The account as it is after this, as a person reads it: ARR in major units, the owner by name."""
    after = planned.after
    amount = money(after.get("arr_minor"), after.get("currency"))
    owner = after.get("owner_id")
    values = {
        "external_id": after.get("external_id"),
        "name": after["name"],
        "arr": amount.major if amount else None,
        "currency": amount.currency if amount else None,
        "status": after.get("status") or AccountStatus.CUSTOMER,
        "contract_start": after.get("contract_start"),
        "renewal_date": after.get("renewal_date"),
        "owner": None if owner is None else _name_of(owner) or snapshot.directory.name(owner),
    }
    more = {"meeting_series": planned.series.words if planned.series else None, "mail_domain": planned.domain}
    return KeptRow(planned.line.line, values, {name: value for name, value in more.items() if value is not None})


def _matched(snapshot: LedgerSnapshot, line: ImportedAccount) -> _Match:
    try:
        return _Match(line, snapshot.match(line))
    except Unreadable as error:
        return _Match(line, bad=BadRow(line.line, "name", line.name[:80], error.note, line.name))


def _values_of(snapshot: LedgerSnapshot, line: ImportedAccount) -> dict[str, Any]:
    """The columns that this line speaks of, with the values it gives them."""
    values = dict(line.values)
    for name, who in (("owner_id", line.owner), ("deputy_id", line.deputy)):
        if who is not None:
            member_id = snapshot.member(who)
            values[name] = who if member_id is None else member_id
    if line.portfolio:
        values["portfolio_id"] = snapshot.portfolio(line.portfolio) or NewPortfolio(line.portfolio)
    if line.external_id is not None:
        values["external_id"] = line.external_id
    return values


def _unfit_colleague(snapshot: LedgerSnapshot, planned: Planned) -> BadRow | None:
    """The line as a bad row if it would give a customer to a guest or to somebody who has left."""
    if planned.line.values.get("status") is AccountStatus.FORMER:
        return None
    for column in ("owner_id", "deputy_id"):
        member = snapshot.directory.members.get(planned.values.get(column, 0))
        if member is not None and (member.is_guest or member.is_deactivated):
            why = note(Remark.OWNER_LEFT if member.is_deactivated else Remark.OWNER_IS_GUEST)
            line = planned.line
            return BadRow(line.line, column.removesuffix("_id"), member.name[:80], why, line.name)
    return None


def _new(snapshot: LedgerSnapshot, line: ImportedAccount, values: dict[str, Any]) -> Planned:
    values.setdefault("tier", DEFAULT_TIER)
    if snapshot.default_portfolio is not None:
        values.setdefault("portfolio_id", snapshot.default_portfolio)
    return Planned(line, None, values, namesake=snapshot.namesake(line))


def _planned_change(
    snapshot: LedgerSnapshot, line: ImportedAccount, file_values: Row, row: Row, imported: Row
) -> Planned:
    wanted = {**file_values, "name": line.name}
    if row["external_id"] is not None and canonical(row["external_id"]) == line.external_id:
        del wanted["external_id"]
    if "labels" in wanted:
        wanted["labels"] = {**(row["labels"] or {}), **wanted["labels"]}
    differing = merge_policy.differing(wanted, row)
    if not differing:
        return Planned(line, row, {})
    kept_names = _kept(differing, row, imported)
    changes: dict[bool, list[Changed]] = {True: [], False: []}
    for name in differing:
        if name == "currency" and "arr_minor" in differing:
            continue
        changes[name in kept_names].append(
            _described_change(snapshot, line, row, "arr_minor" if name == "currency" else name, file_values)
        )
    values = {name: value for name, value in differing.items() if name not in kept_names}
    return Planned(line, row, values, tuple(changes[False]), tuple(changes[True]))


def _told_only(planned: Planned) -> Planned:
    """The same without what the account's contracts say."""
    names = {column_label(name) for name in account_terms.OF_CONTRACT}
    values = {name: value for name, value in planned.values.items() if name not in account_terms.OF_CONTRACT}
    return replace(
        planned,
        values=values,
        changes=tuple(change for change in planned.changes if change.field not in names),
        kept=tuple(change for change in planned.kept if change.field not in names),
        by_contract=tuple(change for change in (*planned.changes, *planned.kept) if change.field in names),
    )


def _kept(differing: Row, row: Row, imported: Row) -> set[str]:
    """The columns that keep our value: the CRM has not changed them since the last import, or a person set the tier."""
    kept_names = merge_policy.unchanged_there(differing, imported)
    if not _MONEY & differing.keys() <= kept_names:
        kept_names -= _MONEY
    return kept_names | ({"tier"} & differing.keys() if row["tier_reason"] else set())


def _resolved(session: Session, by: Author, snapshot: LedgerSnapshot, values: Row, now: datetime) -> dict[str, Any]:
    """The values with the people and portfolios that they name first added."""
    resolved = dict(values)
    for name, value in values.items():
        if isinstance(value, Who):
            resolved[name] = snapshot.ensure_member(session, by, value, now)
        elif isinstance(value, NewPortfolio):
            resolved[name] = snapshot.ensure_portfolio(session, by, value.name, now)
    return resolved


def _rows(session: Session, workspace_id: int, ids: Sequence[int], *, locked: bool) -> dict[int, Row]:
    table = schema.account
    statement = select(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(ids))
    if locked:
        statement = statement.order_by(table.c.id).with_for_update()
    return {row["id"]: dict(row) for row in session.execute(statement).mappings()}


def _described_change(
    snapshot: LedgerSnapshot, line: ImportedAccount, row: Row, name: str, file_values: Row
) -> Changed:
    """One difference in words."""
    before: Any = row[name]
    after: Any = file_values.get(name, line.name if name == "name" else before)
    if name == "arr_minor":
        before, after = money(before, row["currency"]), money(after, file_values.get("currency", row["currency"]))
    elif name in ("owner_id", "deputy_id"):
        before, after = snapshot.directory.name(before), _name_of(after) or snapshot.directory.name(after)
    elif name == "portfolio_id":
        before, after = snapshot.portfolio_names.get(before), _name_of(after) or snapshot.portfolio_names.get(after)
    elif name == "labels":
        before, after = _as_text(before), _as_text(after)
    return Changed(line.line, row["name"], column_label(name), shown(before), shown(after))


def _as_text(labels: dict[str, str] | None) -> str | None:
    return ", ".join(f"{name}: {value}" for name, value in labels.items()) if labels else None


def _name_of(value: object) -> str | None:
    return value.name if isinstance(value, Who | NewPortfolio) else None
