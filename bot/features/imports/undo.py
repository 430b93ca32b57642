"""Takes back what an import wrote, as long as nobody changed it since.

A row that the import added is taken back as a whole: it keeps its id and its history and counts nowhere from then on.
An outcome is retired instead where a digest may have told of it (docs/rules.md, Goalposts).
Of a row that the import changed, each value goes back to what it was before. Whatever somebody changed since, or built
on, stays as it is and is named. What the bot works out by itself (stages, risks) holds nothing up: it follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.assessments import rules_day
from bot.app.reviewers import may_review
from bot.domain.enums import AccountStatus, ContractBasis
from bot.features.imports import batches, undo_checks
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.queries import was_told_since
from bot.features.imports.remarks import Remark, note
from bot.features.imports.report import Stays, UndoReport
from bot.features.imports.undo_checks import Row, Written
from bot.store import account_terms, accounts, ledger, members, schema, signals
from bot.store.entities import Entity
from bot.store.ledger import Author, Change

BATCH = 1000
FORGOTTEN_WITHIN = timedelta(days=7)
"""For how long an outcome that an import added goes without a word, if no digest has come since."""

# What names other rows goes before what is named.
_IN_ORDER = (
    Entity.CADENCE,
    Entity.CUSTOMER_ORG,
    Entity.CONTRACT,
    Entity.OUTCOME,
    Entity.PROMISE,
    Entity.PERSON,
    Entity.ACCOUNT,
    Entity.PORTFOLIO,
)


def undo(session: Session, by: Author, batch_id: int, now: datetime) -> UndoReport:
    """Take back a batch of the author's workspace; the caller commits. `by.member_id` is None for the command line.

    Raises `UserError` when there is no such batch, or when it was undone already: of two who try only one does it.
    """
    batch = batches.claim_undo(session, by, batch_id, now)
    told = now - batch.at > FORGOTTEN_WITHIN or was_told_since(session, by.workspace_id, batch.at)
    report = UndoReport(batch_id, batch.file, batch.kind)
    report.colleagues = batches.added_colleagues(session, by.workspace_id, batch_id)
    if batch.kind in signals.TABLES:
        report.signals = signals.take_back(session, by.workspace_id, batch.kind, batch_id, now)
        return report
    lines = batches.Lines(session, by.workspace_id, batch_id)
    undoing = _Undoing(session, Author(by.workspace_id, by.member_id, SURFACE, batch_id), report, now, told)
    for entity in _IN_ORDER:
        last = 0
        while written := lines.of(entity, after=last, limit=BATCH):
            last = written[-1].line_id
            undoing.take_back(entity, written)
    undoing.follow_contracts()
    return report


@dataclass(frozen=True, slots=True)
class _Undoing:
    """One undo: who does it and when, and what came of it so far. `told`: what it added may stand in a digest."""

    session: Session
    by: Author
    report: UndoReport
    now: datetime
    told: bool
    account_ids: set[int] = field(default_factory=set)

    def follow_contracts(self) -> None:
        """Have the accounts that are left say what their contracts say now; one that lost its stand-in gets it back."""
        account_terms.restore_stand_ins(self.session, self.by, self.account_ids, self.now)
        account_terms.follow(self.session, self.by, self.account_ids, self.now)

    def take_back(self, entity: Entity, written: Sequence[Written]) -> None:
        """Take back some of what the batch wrote in the rows of one entity."""
        account_ids = {one.account_id for one in written if one.account_id is not None}
        if entity in (Entity.CONTRACT, Entity.ACCOUNT):
            self.account_ids.update(account_ids)
        ledger.touch(self.session, sorted(account_ids), self.now)
        checked = undo_checks.check(self.session, self.by, entity, written)
        self.report.stays += checked.stays
        why = f"{self.report.file}, undone"
        if entity is Entity.OUTCOME and self.told:
            self._retire(checked.added, why)
            checked.added = []
        changes = [Change(row, _removed(entity, row, self.now), why) for row in checked.added]
        changes += [Change(row, values, why) for row, values in checked.changed]
        done = self._write(entity, changes)
        added = {row["id"] for row in checked.added}
        removed = [change.row["id"] for change in done if change.row["id"] in added]
        # Stand-ins only say again what the accounts of the file said.
        gone = set(removed)
        told = sum(row.get("basis") is not ContractBasis.STAND_IN for row in checked.added if row["id"] in gone)
        if told or entity is not Entity.CONTRACT:
            self.report.taken_back[entity] = self.report.taken_back.get(entity, 0) + told
        self.report.restored += len(done) - len(removed)
        if entity is Entity.ACCOUNT:
            self._index(done, removed)

    def _retire(self, rows: Sequence[Row], why: str) -> None:
        """Retire outcomes instead: whoever has read of them reads that they go, and they count until it is agreed.

        Who may review an account agrees by undoing, as by retiring. The command line may not.
        """
        today = rules_day(self.now)
        agreed = {row["account_id"]: self._may_agree(row["account_id"]) for row in rows}
        for row in rows:
            values: dict[str, Any] = {"retired_on": today, "retired_why": why, "retired_by": self.by.member_id}
            if agreed[row["account_id"]]:
                values |= {"retire_agreed_on": today, "retire_agreed_by": self.by.member_id}
            name = undo_checks.name_of(Entity.OUTCOME, row)
            if self._write(Entity.OUTCOME, [Change(row, values, why)]):
                remark = note(Remark.STAYS_RETIRED, agreed=agreed[row["account_id"]])
                self.report.stays.append(Stays(Entity.OUTCOME, name, None, remark))

    def _may_agree(self, account_id: int) -> bool:
        member = members.by_id(self.session, self.by.workspace_id, self.by.member_id)
        account = accounts.in_workspace(self.session, self.by.workspace_id, account_id)
        if member is None or account is None:
            return False
        return may_review(self.session, Actor(member, SURFACE), account, self.now)

    def _write(self, entity: Entity, changes: Sequence[Change]) -> list[Change]:
        """Write the changes that can be written: one that the database refuses never holds up the others."""
        if not changes:
            return []
        try:
            with self.session.begin_nested():
                ledger.change_many(self.session, self.by, entity, self.now, changes)
        except IntegrityError:
            if len(changes) == 1:
                name = undo_checks.name_of(entity, changes[0].row)
                self.report.stays.append(Stays(entity, name, None, note(Remark.STAYS_REFUSED)))
                return []
            middle = len(changes) // 2
            return self._write(entity, changes[:middle]) + self._write(entity, changes[middle:])
        return list(changes)

    def _index(self, done: Sequence[Change], removed: Sequence[int]) -> None:
        """Let accounts be found by the names they have now, and those that were taken back by none."""
        for table in (schema.account_word, schema.account_spelling):
            ours = (table.c.workspace_id == self.by.workspace_id) & table.c.account_id.in_(removed)
            self.session.execute(delete(table).where(ours))
        for change in done:
            if "name" in change.values:
                accounts.index_words(self.session, self.by.workspace_id, change.row["id"], change.values["name"])


def _removed(entity: Entity, row: Row, now: datetime) -> dict[str, Any]:
    """What is written into a row that is taken back: the mark, and what frees its place for another."""
    if entity is Entity.ACCOUNT:
        free = dict.fromkeys(("owner_id", "deputy_id", "portfolio_id", "external_id"))
        # Nobody can type a slug that begins like this.
        return {"taken_back_at": now, "status": AccountStatus.FORMER, "slug": f"~{row['id']}", **free}
    if entity is Entity.PORTFOLIO:
        return {"taken_back_at": now, "name": f"{row['name']} ~{row['id']}", "next_digest_at": None}
    if entity is Entity.CADENCE:
        return {"active": False, "next_prompt_at": None}
    return {"ended_at": now} if entity is Entity.CUSTOMER_ORG else {"taken_back_at": now}
