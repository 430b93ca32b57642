"""What an accounts file that names a former customer does to its contracts: the stand-in ends, real ones stay.

It ends on the day that the file names, if that is past: the day they left, else the end or renewal of the contract. Of
an account that was a customer here and has no such day it is the day of the import, on which the loss became known. An
account that is new here gets no stand-in without such a day: nobody knows until when it paid, so no figure has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.account.contract_view import stand_in_start
from bot.domain.enums import AccountStatus
from bot.domain.labels import column_label
from bot.domain.model import Contract
from bot.features.imports.account_changes import Planned
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.merge_policy import shown
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import Changed
from bot.store import contract_terms

_CONTENT = ("starts_on", "ends_on", "arr_minor", "currency")


@dataclass(slots=True)
class FormerCustomers:
    """Plans what becomes of the contracts of former customers, and holds what the report says of them."""

    workspace_id: int
    today: date
    on_import: list[str] = field(default_factory=list)
    without_day: list[str] = field(default_factory=list)
    with_contracts: list[tuple[str, date | None]] = field(default_factory=list)

    def plan(self, session: Session, planned: Sequence[Planned]) -> list[Planned]:
        """The same lines with the end of their stand-ins; a loss that real contracts speak against is only told."""
        former = [item for item in planned if item.after.get("status") is AccountStatus.FORMER]
        ids = [item.row["id"] for item in former if item.row is not None]
        if not former:
            return list(planned)
        real = contract_terms.with_real(session, self.workspace_id, ids) if ids else set()
        terms = contract_terms.current(session, self.workspace_id, real) if real else {}
        standing, _ = contract_terms.of_stand_ins(session, self.workspace_id, ids) if ids else ({}, {})
        return [self._one(item, real, terms, standing) for item in planned]

    def notes(self) -> list[Note]:
        """Which days were taken, who is in no figure, and who has contracts that say something else."""
        notes: list[Note] = []
        if self.with_contracts:
            count = len(self.with_contracts)
            notes.append(note(Remark.FORMER_WITH_CONTRACTS, count=count, examples=list(self.with_contracts)))
        told = {Remark.FORMER_ENDS_TODAY: self.on_import, Remark.FORMER_WITHOUT_DAY: self.without_day}
        for remark, names in told.items():
            if names:
                notes.append(note(remark, count=len(names), name=names[0], on=self.today))
        return notes

    def _one(
        self,
        item: Planned,
        real: Collection[int],
        terms: Mapping[int, Sequence[Contract]],
        standing: Mapping[int, Sequence[Mapping[str, Any]]],
    ) -> Planned:
        if item.after.get("status") is not AccountStatus.FORMER:
            return item
        account_id = item.row["id"] if item.row is not None else None
        if account_id in real:
            return self._told(item, terms.get(account_id or 0, ()))
        own = standing.get(account_id or 0, ())
        return self._ended(item, own[-1] if own else None)

    def _told(self, item: Planned, terms: Sequence[Contract]) -> Planned:
        """The same without the loss, where a contract of the account runs on."""
        running = [term for term in terms if term.ends_on is None or term.ends_on > self.today]
        if not running or "status" not in item.values:
            return item
        ends = [term.ends_on for term in running]
        until = None if None in ends else max(end for end in ends if end is not None)
        self.with_contracts.append((item.line.name, until))
        label = column_label("status")
        values = {name: value for name, value in item.values.items() if name != "status"}
        return replace(item, values=values, changes=tuple(one for one in item.changes if one.field != label))

    def _ended(self, item: Planned, standing: Mapping[str, Any] | None) -> Planned:
        """The same with the version of its stand-in that ends it, where it has not ended like this already."""
        day = left_on(item.line, self.today)
        if standing is None:
            return self._begun_and_ended(item, day)
        over = standing["ends_on"] is not None and standing["ends_on"] <= self.today
        end = day or (standing["ends_on"] if over else max(self.today, standing["starts_on"]))
        start = item.values.get("contract_start") or standing["starts_on"]
        if start > end or (start == end and day is not None):
            start = stand_in_start(start, end, start)
        content = {"starts_on": start, "ends_on": end, **_money(item, standing)}
        if all(standing[name] == content[name] for name in _CONTENT):
            return item
        if day is None and not over:
            self.on_import.append(item.line.name)
        return _with(item, {"key": standing["key"], **content}, standing["ends_on"])

    def _begun_and_ended(self, item: Planned, day: date | None) -> Planned:
        """The same with a stand-in that is over, for an account that has none."""
        after = item.after
        if after.get("arr_minor") is None:
            return item
        if day is None:
            self.without_day += [item.line.name] if item.is_new else []
            return item
        start = stand_in_start(after.get("contract_start"), day, self.today)
        content = {"starts_on": start, "ends_on": day, "arr_minor": after["arr_minor"], "currency": after["currency"]}
        return _with(item, {"key": contract_terms.STAND_IN_KEY, **content}, None)


def left_on(line: ImportedAccount, today: date) -> date | None:
    """The first day on which the customer of this line was none any more, as the file says; None if it is not past."""
    days = (line.left_on, line.values.get("renewal_date"))
    return next((day for day in days if day is not None and day <= today), None)


def _with(item: Planned, stand_in: Mapping[str, Any], ended_before: date | None) -> Planned:
    """The line with this version of its stand-in, and with the change of its end told."""
    before, after = shown(ended_before), shown(stand_in["ends_on"])
    told = () if item.is_new or before == after else (_changed(item, before, after),)
    return replace(item, stand_in=stand_in, changes=(*item.changes, *told))


def _changed(item: Planned, before: str, after: str) -> Changed:
    return Changed(item.line.line, item.title, column_label("ends_on"), before, after)


def _money(item: Planned, standing: Mapping[str, Any]) -> dict[str, Any]:
    """What the customer paid: as the file says it anew, else as it was. A lost customer's zero says nothing of that."""
    source = item.values if item.values.get("arr_minor") else standing
    return {"arr_minor": source["arr_minor"], "currency": source.get("currency") or standing["currency"]}
