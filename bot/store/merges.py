"""Moves the rows of one account to another and back: all of a merge that knows tables.

Every row of the ledger that moves leaves a line of history with both accounts in it, so that a card of an earlier day
still shows each account by itself. The lines of before move along, so that a row keeps its whole story. What both
accounts have and only one can have stays behind with the account that was merged, and comes back with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Closing, ContractBasis, RiskState
from bot.store import account_terms, accounts, ledger, schema
from bot.store.as_of import restored
from bot.store.entities import Entity
from bot.store.ledger import Author, Noted
from bot.store.types import as_json

_MOVING = (
    Entity.PERSON,
    Entity.PROMISE,
    Entity.OUTCOME,
    Entity.TERMS,
    Entity.ANSWER,
    Entity.EVIDENCE,
    Entity.EVIDENCE_CHECK,
    Entity.GAP,
    Entity.ACTION,
    Entity.OBSTACLE,
    Entity.JUDGEMENT,
    Entity.HEALTH,
    Entity.CADENCE,
    Entity.MEETING,
    Entity.PROMPT,
    Entity.RISK,
    Entity.CONTRACT,
    Entity.RENEWAL_CALL,
    Entity.RENEWAL_RESULT,
    Entity.CUSTOMER_ORG,
    Entity.PERSON_SLACK,
    Entity.CONFIRMATION,
    Entity.ACCEPTANCE,
    Entity.LOOK,
)
"""All entities of an account but its stages: these are of the account that stays."""
_RAW = ("kept_file", "spot_check", "draft", "reading", "event")
"""Tables of an account without history of their own."""
MOVING = frozenset(entity.value for entity in _MOVING) | frozenset(_RAW)
"""The tables whose rows move."""
_FOLLOWING = (
    ("terms", "outcome_id", "outcome"),
    ("evidence", "outcome_id", "outcome"),
    ("gap", "outcome_id", "outcome"),
    ("evidence_check", "evidence_id", "evidence"),
    ("confirmation", "evidence_id", "evidence"),
    ("spot_check", "evidence_id", "evidence"),
    ("look", "terms_id", "terms"),
    ("look", "acceptance_id", "acceptance"),
    ("action", "gap_id", "gap"),
    ("meeting", "cadence_id", "cadence"),
    ("prompt", "meeting_id", "meeting"),
    ("answer", "meeting_id", "meeting"),
)
"""What was added to rows since they moved goes back with them: table, column, and the table of these rows."""
_BY_WEIGHT = (ContractBasis.STAND_IN, ContractBasis.RECORDED, ContractBasis.MERGED, ContractBasis.IMPORTED)
COUNTED = ("outcome", "evidence", "person", "cadence", "answer", "action", "risk", "contract")
"""What a preview names."""


@dataclass(frozen=True, slots=True)
class Merge:
    """One merge: `merged_id` went into `account_id`; `moved` says what moved and how things were before."""

    id: int
    workspace_id: int
    account_id: int
    merged_id: int
    at: datetime
    member_id: int
    moved: Mapping[str, Any]
    undone_at: datetime | None


def counts(session: Session, workspace_id: int, account_id: int) -> dict[str, int]:
    """How many rows of each kind in `COUNTED` an account has."""
    found = {}
    for name in COUNTED:
        entity = Entity(name)
        ours = (entity.table.c.account_id == account_id) & entity.in_workspace(workspace_id) & entity.still_there()
        found[name] = int(session.execute(select(func.count()).select_from(entity.table).where(ours)).scalar_one())
    return found


def ending(session: Session, account_id: int, merged_id: int) -> list[str]:
    """The kinds of meeting of which both accounts have a running series, so that one of them ends."""
    table = schema.cadence
    # within: the caller has reached both accounts by their workspace
    kinds = select(table.c.kind).where(table.c.account_id == account_id, table.c.active)
    both = select(table.c.kind).where(table.c.account_id == merged_id, table.c.active, table.c.kind.in_(kinds))
    return sorted(session.execute(both).scalars())


def merge(
    session: Session,
    by: Author,
    pair: tuple[int, int],
    values: Mapping[str, Any],
    now: datetime,
    *,
    uncounted: Collection[int] = (),
) -> int:
    """Move everything of the second account of a pair to the first, which gets these `values`; returns the merge's id.

    The terms of contracts of the accounts in `uncounted` count no more; all others do, and the account's ARR and
    renewal follow them. The caller holds both accounts, which are of the author's workspace, and has checked who may.
    """
    account_id, merged_id = pair
    moving = _Moving(session, by, account_id, merged_id, now)
    was = {name: moving.row(of) for name, of in (("account", account_id), ("merged", merged_id))}
    moved: dict[str, Any] = {
        "was": {name: {column: ledger.plain(value) for column, value in row.items()} for name, row in was.items()},
        "aliases": accounts.aliases_of(session, by.workspace_id, account_id),
        "merged_aliases": accounts.aliases_of(session, by.workspace_id, merged_id),
        **moving.settle_conflicts(),
    }
    moved["terms"] = _settle_terms(session, moving.bot, pair, uncounted, now)
    moved["rows"] = {entity.value: moving.entity(entity) for entity in _MOVING}
    moved["rows"] |= {name: moving.raw(schema.metadata.tables[name]) for name in _RAW}
    moving.move_history()
    moved["passed_on"] = _pass_on(session, by, account_id, merged_id)
    taken: dict[str, Any] = {"taken_back_at": now, "merged_into": account_id, "status": AccountStatus.FORMER}
    taken |= {"slug": f"~{merged_id}", "owner_id": None, "deputy_id": None, "portfolio_id": None}
    if values.get("external_id") is not None and values["external_id"] == was["merged"]["external_id"]:
        taken["external_id"] = None
    ledger.change(session, by, Entity.ACCOUNT, merged_id, now, **taken)
    ledger.change(session, by, Entity.ACCOUNT, account_id, now, **values)
    account_terms.follow(session, by, [account_id], now)
    moved["set"] = {name: ledger.plain(value) for name, value in values.items()}
    _tell(session, by, (account_id, was["merged"]["name"]), now, undone=False)
    _found_by_both(session, by.workspace_id, was, moved["merged_aliases"])
    row = {"workspace_id": by.workspace_id, "account_id": account_id, "merged_id": merged_id, "at": now}
    added = insert(schema.account_merge).values(**row, member_id=by.member_id, moved=moved)
    return int(session.execute(added.returning(schema.account_merge.c.id)).scalar_one())


def undo(session: Session, by: Author, done: Merge, now: datetime) -> None:
    """Move everything back, with what was added to it since; the account that stayed keeps what was set there since."""
    moving = _Moving(session, by, done.merged_id, done.account_id, now)
    ids = {name: set(rows) for name, rows in done.moved["rows"].items()}
    for name, column, of in _FOLLOWING:
        table = schema.metadata.tables[name]
        # within: the rows that these belong to moved by a merge of this workspace
        since = select(table.c.id).where(table.c.account_id == done.account_id, table.c[column].in_(ids[of]))
        ids[name] |= set(session.execute(since).scalars())
    for entity in _MOVING:
        moving.entity(entity, entity.table.c.id.in_(ids[entity.value]))
    for name in _RAW:
        table = schema.metadata.tables[name]
        moving.raw(table, table.c.id.in_(ids[name]))
    moving.move_history_of(ids)
    was, merged = done.moved["was"]["account"], done.moved["was"]["merged"]
    current = moving.row(done.account_id)
    set_then = done.moved["set"]
    unchanged = [name for name, value in set_then.items() if ledger.plain(current[name]) == value]
    ledger.change(session, by, Entity.ACCOUNT, done.account_id, now, **_restored(was, unchanged))
    columns = ("status", "slug", "owner_id", "deputy_id", "portfolio_id", "external_id")
    again = {**_restored(merged, columns), "taken_back_at": None, "merged_into": None}
    ledger.change(session, by, Entity.ACCOUNT, done.merged_id, now, **again)
    moving.restore_conflicts(done.moved)
    _restore_terms(session, moving.bot, done.moved["terms"], now)
    account_terms.follow(session, by, [done.account_id, done.merged_id], now)
    _tell(session, by, (done.account_id, merged["name"]), now, undone=True)
    ours = (schema.account.c.workspace_id == by.workspace_id) & schema.account.c.id.in_(done.moved["passed_on"])
    session.execute(update(schema.account).where(ours).values(merged_into=done.merged_id))
    accounts.index_words(session, by.workspace_id, done.account_id, current["name"], tuple(done.moved["aliases"]))
    accounts.index_words(session, by.workspace_id, done.merged_id, merged["name"], tuple(done.moved["merged_aliases"]))
    ledger.touch(session, sorted((done.account_id, done.merged_id)), now)
    of_merge = (schema.account_merge.c.id == done.id) & (schema.account_merge.c.workspace_id == by.workspace_id)
    session.execute(update(schema.account_merge).where(of_merge).values(undone_at=now, undone_by=by.member_id))


def by_id(session: Session, workspace_id: int, merge_id: int) -> Merge | None:
    """The merge with this id, locked until the transaction ends; None where this workspace has none."""
    table = schema.account_merge
    ours = (table.c.workspace_id == workspace_id) & (table.c.id == merge_id)
    columns = [table.c[name] for name in Merge.__dataclass_fields__]
    row = session.execute(select(*columns).where(ours).with_for_update()).mappings().one_or_none()
    return None if row is None else Merge(**{**row, "moved": as_json(row["moved"])})


def since(session: Session, workspace_id: int, moment: datetime) -> list[tuple[int, int]]:
    """The pairs (merged, stays) of accounts that were merged, or taken apart again, after a moment."""
    table = schema.account_merge
    lately = (table.c.at > moment) | (table.c.undone_at > moment)
    pairs = select(table.c.merged_id, table.c.account_id).where(table.c.workspace_id == workspace_id, lately)
    return [(row.merged_id, row.account_id) for row in session.execute(pairs.order_by(table.c.id))]


def merged_accounts(session: Session, workspace_id: int) -> list[tuple[int, str | None, str]]:
    """The accounts that were merged, as (the account that stays, their id in the CRM, their name)."""
    table = schema.account
    ours = (table.c.workspace_id == workspace_id) & table.c.merged_into.is_not(None)
    columns = table.c.merged_into, table.c.external_id, table.c.name
    return [(row.merged_into, row.external_id, row.name) for row in session.execute(select(*columns).where(ours))]


@dataclass(frozen=True, slots=True)
class _Moving:
    """Rows on their way from one account to another."""

    session: Session
    by: Author
    to: int
    source: int
    now: datetime

    def row(self, account_id: int) -> dict[str, Any]:
        """The whole row of an account."""
        table = schema.account
        ours = (table.c.workspace_id == self.by.workspace_id) & (table.c.id == account_id)
        return dict(self.session.execute(select(table).where(ours)).mappings().one())

    def entity(self, entity: Entity, only: ColumnElement[bool] | None = None) -> list[int]:
        """Move rows of an entity, with history; returns their ids."""
        ids = self.raw(entity.table, only)
        before, after = {"account_id": self.source}, {"account_id": self.to}
        ledger.note(self.session, entity, [Noted(self.by, of, self.to, before, after) for of in ids], self.now)
        return ids

    def raw(self, table: Table, only: ColumnElement[bool] | None = None) -> list[int]:
        """Move rows of a table; returns their ids."""
        # within: both accounts are of the author's workspace
        theirs = table.c.account_id == self.source
        theirs = theirs if only is None else theirs & only
        staying = _double(table, self.to, self.source)
        theirs = theirs if staying is None or only is not None else theirs & table.c.id.not_in(staying)
        # within: both accounts are of the author's workspace
        ids = list(self.session.execute(select(table.c.id).where(theirs).order_by(table.c.id)).scalars())
        if ids:
            # within: both accounts are of the author's workspace
            self.session.execute(update(table).where(table.c.id.in_(ids)).values(account_id=self.to))
        return ids

    def move_history(self) -> None:
        """Have the lines of before tell of the rows where they are now; those of the account itself stay with it."""
        lines = schema.history
        theirs = (lines.c.workspace_id == self.by.workspace_id) & (lines.c.account_id == self.source)
        rows = theirs & (lines.c.entity != Entity.ACCOUNT.value) & (lines.c.entity != Entity.STAGE_ENTRY.value)
        self.session.execute(update(lines).where(rows).values(account_id=self.to))

    def move_history_of(self, ids: Mapping[str, Iterable[int]]) -> None:
        """The same back, for these rows only."""
        lines = schema.history
        for entity in _MOVING:
            theirs = (lines.c.workspace_id == self.by.workspace_id) & (lines.c.account_id == self.source)
            rows = theirs & (lines.c.entity == entity.value) & lines.c.entity_id.in_(set(ids[entity.value]))
            self.session.execute(update(lines).where(rows).values(account_id=self.to))

    def settle_conflicts(self) -> dict[str, Any]:
        """End what both accounts have and only one may have; returns what restores it."""
        settled: dict[str, Any] = {"cadences": [], "risks": [], "orgs": [], "keys": {}, "versions": {}}
        cadence, risk = schema.cadence, schema.risk
        running = cadence.c.active
        # within: both accounts are of the author's workspace
        kinds = select(cadence.c.kind).where(cadence.c.account_id == self.to, running)
        for row in self._rows(cadence, running & cadence.c.kind.in_(kinds)):
            settled["cadences"].append(row["id"])
            values: dict[str, Any] = {"active": False, "next_prompt_at": None}
            ledger.change(self.session, self.bot, Entity.CADENCE, row["id"], self.now, **values)
        is_open = risk.c.closed_at.is_(None)
        theirs = {(row["kind"], row["subject"]) for row in self._rows(risk, is_open, self.to)}
        for row in self._rows(risk, is_open):
            if (row["kind"], row["subject"]) in theirs:
                settled["risks"].append({name: ledger.plain(row[name]) for name in ("id", "state", "owner_id")})
                closed: dict[str, Any] = {"state": RiskState.CLOSED, "closed_at": self.now, "closing": Closing.FACT}
                closed |= {"remind_manager_at": None, "snoozed_until": None, "snoozed_why": None}
                ledger.change(self.session, self.bot, Entity.RISK, row["id"], self.now, **closed)
        self._end_double_orgs(settled)
        self._rename_keys(settled)
        self._renumber_acceptances(settled)
        return settled

    def _end_double_orgs(self, settled: dict[str, Any]) -> None:
        org = schema.customer_org
        bound = {
            (row["slack_team_id"], row["mail_domain"]) for row in self._rows(org, org.c.ended_at.is_(None), self.to)
        }
        for row in self._rows(org, org.c.ended_at.is_(None)):
            if (row["slack_team_id"], row["mail_domain"]) in bound:
                settled["orgs"].append(row["id"])
                ledger.change(self.session, self.bot, Entity.CUSTOMER_ORG, row["id"], self.now, ended_at=self.now)

    def _rename_keys(self, settled: dict[str, Any]) -> None:
        """Contracts of the two accounts are different ones, even if their files numbered them alike."""
        contract = schema.contract
        taken = {row["key"] for row in self._rows(contract, contract.c.id > 0, self.to)}
        for row in self._rows(contract, contract.c.key.in_(taken)):
            settled["keys"][str(row["id"])] = row["key"]
            key = f"{row['key'][:40]}~{self.source}"
            # within: both accounts are of the author's workspace
            self.session.execute(update(contract).where(contract.c.id == row["id"]).values(key=key))

    def _renumber_acceptances(self, settled: dict[str, Any]) -> None:
        """Acceptances of both are versions of one account's: those that come are counted after those that are there."""
        table = schema.acceptance
        last = max((row["version"] for row in self._rows(table, table.c.id > 0, self.to)), default=0)
        for row in reversed(self._rows(table, table.c.id > 0)):
            settled["versions"][str(row["id"])] = row["version"]
            # within: both accounts are of the author's workspace
            self.session.execute(update(table).where(table.c.id == row["id"]).values(version=last + row["version"]))

    def restore_conflicts(self, settled: Mapping[str, Any]) -> None:
        """Begin again what `settle_conflicts` ended, where nothing else is in its place by now."""
        for row_id in settled["cadences"]:
            row = self._row(schema.cadence, row_id)
            if row is not None and row["next_meeting_at"] is not None:
                values = {"active": True, "next_prompt_at": max(row["next_meeting_at"], self.now)}
                ledger.change(self.session, self.bot, Entity.CADENCE, row_id, self.now, **values)
        for old in settled["risks"]:
            opened: dict[str, Any] = {"state": RiskState(old["state"]), "closed_at": None, "closing": None}
            if opened["state"] is RiskState.SNOOZED:
                opened["state"] = RiskState.OPEN if old["owner_id"] is None else RiskState.CLAIMED
            ledger.change(self.session, self.bot, Entity.RISK, old["id"], self.now, **opened)
        for row_id in settled["orgs"]:
            ledger.change(self.session, self.bot, Entity.CUSTOMER_ORG, row_id, self.now, ended_at=None)
        for row_id, version in settled["versions"].items():
            table = schema.acceptance
            # within: both accounts are of the author's workspace
            ours = (table.c.id == int(row_id)) & (table.c.account_id == self.to)
            self.session.execute(update(table).where(ours).values(version=version))
        for row_id, key in settled["keys"].items():
            contract = schema.contract
            # within: both accounts are of the author's workspace
            ours = (contract.c.id == int(row_id)) & (contract.c.account_id == self.to)
            self.session.execute(update(contract).where(ours).values(key=key))

    @property
    def bot(self) -> Author:
        """What follows from a merge is done by the bot: nobody ended a series or closed a risk to be asked less."""
        return Author(self.by.workspace_id, None, self.by.surface)

    def _rows(self, table: Table, where: ColumnElement[bool], of: int | None = None) -> list[dict[str, Any]]:
        # within: both accounts are of the author's workspace
        theirs = table.c.account_id == (self.source if of is None else of)
        found = self.session.execute(select(table).where(theirs, where).order_by(table.c.id)).mappings()
        return [dict(row) for row in found]

    def _row(self, table: Table, row_id: int) -> dict[str, Any] | None:
        found = self._rows(table, table.c.id == row_id, self.to)
        return found[0] if found else None


def _double(table: Table, account_id: int, merged_id: int) -> Any | None:
    """The rows that stay behind, as the other account has the same: of the same day and source, or the same event."""
    other = table.alias("other")
    # within: both accounts are of the author's workspace
    mine = (table.c.account_id == merged_id) & (other.c.account_id == account_id)
    same: tuple[str, ...] = {
        "health": ("on_date", "source"),
        "reading": ("period_start", "metric", "source", "period_days"),
        "event": ("key",),
    }.get(table.name, ())
    if not same:
        return None
    equal = [or_(table.c[name] == other.c[name], table.c[name].is_(None) & other.c[name].is_(None)) for name in same]
    return select(table.c.id).join_from(table, other, mine).where(*equal)


def _settle_terms(
    session: Session, by: Author, pair: tuple[int, int], uncounted: Collection[int], now: datetime
) -> list[dict[str, Any]]:
    """Have the terms of both accounts stand side by side, but for those of `uncounted`; returns what restores them.

    A term gives way to one of the same account that rests on more, so that what an account rests on is made to stand
    beside what the other rests on: but a system that speaks for one account says nothing of how the other's term ends.
    """
    contract = schema.contract
    ours = Entity.CONTRACT.still_there() & Entity.CONTRACT.in_workspace(by.workspace_id)
    columns = [contract.c[name] for name in ("id", "account_id", "basis", "taken_back_at")]
    rows = session.execute(select(*columns).where(ours, contract.c.account_id.in_(pair)).order_by(contract.c.id))
    terms = [dict(row) for row in rows.mappings()]
    own: dict[int, ContractBasis] = {}
    for row in terms:
        own[row["account_id"]] = max(row["basis"], own.get(row["account_id"], row["basis"]), key=_BY_WEIGHT.index)
    best = max((basis for of, basis in own.items() if of not in uncounted), key=_BY_WEIGHT.index, default=None)
    beside = ContractBasis.MERGED if best is ContractBasis.IMPORTED else best
    settled = []
    for row in terms:
        values: dict[str, Any] = {}
        if row["account_id"] in uncounted:
            values["taken_back_at"] = now
        elif row["basis"] is own[row["account_id"]] and row["basis"] not in (best, beside):
            values["basis"] = beside
        if values:
            settled.append({name: ledger.plain(row[name]) for name in ("id", "basis", "taken_back_at")})
            ledger.change(session, by, Entity.CONTRACT, row["id"], now, **values)
    return settled


def _restore_terms(session: Session, by: Author, settled: Sequence[Mapping[str, Any]], now: datetime) -> None:
    for row in settled:
        values: dict[str, Any] = {"basis": ContractBasis(row["basis"]), "taken_back_at": None}
        ledger.change(session, by, Entity.CONTRACT, row["id"], now, **values)


def _pass_on(session: Session, by: Author, account_id: int, merged_id: int) -> list[int]:
    """Have accounts that were merged into the merged one lead to the one that stays; returns their ids."""
    table = schema.account
    ours = (table.c.workspace_id == by.workspace_id) & (table.c.merged_into == merged_id)
    ids = list(session.execute(select(table.c.id).where(ours)).scalars())
    if ids:
        session.execute(update(table).where(ours).values(merged_into=account_id))
    return ids


def _tell(session: Session, by: Author, what: tuple[int, str], now: datetime, *, undone: bool) -> None:
    """Write the one line of the account's history that says what all those of its rows belong to."""
    account_id, name = what
    before = {"merged": name if undone else None}
    ledger.note(session, Entity.ACCOUNT, [Noted(by, account_id, account_id, before, {"merged": name})], now)


def _found_by_both(
    session: Session, workspace_id: int, was: Mapping[str, Mapping[str, Any]], aliases: Sequence[str]
) -> None:
    """Have the account that stays be found by all names of both."""
    account, merged = was["account"], was["merged"]
    for table in (schema.account_word, schema.account_spelling):
        ours = (table.c.workspace_id == workspace_id) & (table.c.account_id == merged["id"])
        session.execute(delete(table).where(ours))
    names = {merged["slug"], accounts.slug_of(merged["name"]), *aliases}
    accounts.also_called(session, workspace_id, account["id"], account["name"], names)


def _restored(row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """These columns of a row as it was kept."""
    table = schema.account
    return {name: restored(table.c[name], row[name]) for name in columns}
