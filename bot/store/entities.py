"""The entities of the ledger: what a row of it can be, under the names that its history keeps."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, RowMapping, Table, select, true
from sqlalchemy.orm import Session

from bot.store import schema


class Entity(StrEnum):
    """One kind of row in the ledger; the value is its table's name, which history and exports keep."""

    ACCEPTANCE = "acceptance"
    ACCOUNT = "account"
    ACTION = "action"
    ANSWER = "answer"
    CADENCE = "cadence"
    CONFIRMATION = "confirmation"
    CONTRACT = "contract"
    CUSTOMER_ORG = "customer_org"
    EVIDENCE = "evidence"
    EVIDENCE_CHECK = "evidence_check"
    GAP = "gap"
    HEALTH = "health"
    JUDGEMENT = "judgement"
    LOOK = "look"
    MEETING = "meeting"
    MEMBER = "member"
    OBSTACLE = "obstacle"
    OUTCOME = "outcome"
    PERSON = "person"
    PERSON_SLACK = "person_slack"
    PORTFOLIO = "portfolio"
    PROMISE = "promise"
    PROMPT = "prompt"
    RENEWAL_CALL = "renewal_call"
    RENEWAL_RESULT = "renewal_result"
    RISK = "risk"
    STAGE_ENTRY = "stage_entry"
    TERMS = "terms"

    @property
    def table(self) -> Table:
        """The table that holds these rows."""
        return schema.metadata.tables[self.value]

    def still_there(self) -> ColumnElement[bool]:
        """The condition that no undone import has taken a row back."""
        columns = self.table.c
        return columns.taken_back_at.is_(None) if "taken_back_at" in columns else true()

    def in_workspace(self, workspace_id: int | BindParameter[int]) -> ColumnElement[bool]:
        """The condition that a row belongs to this workspace, by itself or through its account."""
        columns = self.table.c
        if "workspace_id" in columns:
            return columns.workspace_id == workspace_id
        ours = select(schema.account.c.id).where(schema.account.c.workspace_id == workspace_id)
        return columns.account_id.in_(ours.where(schema.account.c.id == columns.account_id))


def row_of(session: Session, workspace_id: int, entity: Entity, row_id: int) -> RowMapping | None:
    """One row of an entity, by id; None where there is none in this workspace, or an undone import took it back."""
    table = entity.table
    ours = select(table).where(table.c.id == row_id, entity.in_workspace(workspace_id), entity.still_there())
    return session.execute(ours).mappings().one_or_none()


def name_of(session: Session, workspace_id: int, entity: Entity, row_id: int) -> str | None:
    """The name of a row, or that of its account; no other column is read, as one of them may be unreadable."""
    table = entity.table
    if "name" in table.c:
        named = select(table.c.name).where(table.c.id == row_id, entity.in_workspace(workspace_id))
    else:
        account = schema.account.c
        # within: the account is looked up in this workspace
        of = select(table.c.account_id).where(table.c.id == row_id).scalar_subquery()
        named = select(account.name).where(account.id == of, account.workspace_id == workspace_id)
    return session.execute(named).scalar_one_or_none()
