"""One row of every entity in a workspace, under names that occur nowhere else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, insert, select
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import (
    BoundHow,
    CadenceKind,
    Change,
    CheckKind,
    CheckVerdict,
    ConfirmationState,
    Direction,
    JudgedAs,
    ObstacleKind,
    Part,
    RenewalCall,
    RenewalResult,
    RiskKind,
    Severity,
    Source,
    Verdict,
)
from bot.domain.portfolio.book import Book
from bot.domain.portfolio.digest import Figures
from bot.domain.proof import reference
from bot.features.accounts.new_account import NewAccount
from bot.features.imports import queries
from bot.features.imports.dropped_files import KIND
from bot.features.imports.queries import DropState, NewFile
from bot.features.portfolios.digest_layout import Share, Summary
from bot.store import accounts, ledger, members, merges, schema
from bot.store.entities import Entity
from bot.store.members import SlackUser
from tests.support import factory

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
TODAY = date(2026, 3, 3)
_MEETING_AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Filled:
    """A workspace: an admin who owns its one account, the id of a row of each entity by name, and what names it."""

    workspace_id: int
    admin: Actor
    ids: dict[str, int]
    names: tuple[str, ...]


class _Rows:
    """Adds rows as an author, each under the name of its entity."""

    def __init__(self, session: Session, admin: Actor) -> None:
        self._session = session
        self._by = admin.author
        self.ids: dict[str, int] = {"member": admin.member.id}
        self.workspace_id = admin.workspace_id

    def add(self, entity: Entity, **values: Any) -> int:
        (row_id,) = ledger.add_many(self._session, self._by, entity, NOW, [values])
        self.ids[entity.value] = row_id
        return row_id

    def read(self, statement: Select[int]) -> int:
        """The id of a row that the ledger added by itself."""
        return self._session.execute(statement).scalar_one()

    def keep(self, table: Table, **values: Any) -> None:
        """Add a row that is no entity of the ledger."""
        self.ids[table.name] = self._session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()


def fill(session: Session, workspace_id: int, word: str) -> Filled:
    """Fill an empty workspace; `word` is part of every name in it."""
    names = (f"{word} Holding", f"Olga {word}", f"Ana {word}", f"Region {word}", f"Signed at {word}")
    account_name, owner_name, person_name, portfolio_name, outcome_title = names
    user = SlackUser(f"U0{word.upper()}", owner_name, None, "Europe/Berlin", is_admin=True)
    admin = Actor(members.remember(session, workspace_id, user), "test")
    rows = _Rows(session, admin)
    bands = {"band_currency": "EUR", "high_touch_from_minor": 9_000_000, "low_touch_from_minor": 1_800_000}
    manages = {"name": portfolio_name, "manager_id": admin.member.id, "tz": "Europe/Berlin"}
    portfolio_id = rows.add(Entity.PORTFOLIO, workspace_id=workspace_id, **manages, **bands)
    account_id = accounts.create(
        session,
        admin.author,
        NOW,
        account_name,
        owner_id=admin.member.id,
        portfolio_id=portfolio_id,
        renewal_date=TODAY + timedelta(days=150),
    )
    rows.ids["account"] = account_id
    person_id = rows.add(Entity.PERSON, account_id=account_id, name=person_name, part=Part.ECONOMIC_BUYER)
    _plan(rows, account_id, person_id, outcome_title)
    _confirmation(rows, workspace_id, account_id, person_id, rows.ids["evidence"])
    _work(rows, workspace_id, account_id)
    payload = {"change": Change.NOTHING.value, "meeting_id": rows.ids["meeting"]}
    payload |= dict.fromkeys(("what_changed", "unproven", "next_action", "next_due"))
    draft = {"member_id": admin.member.id, "account_id": account_id, "kind": "answer", "payload": payload}
    added = insert(schema.draft).values(**draft, created_at=NOW).returning(schema.draft.c.id)
    rows.ids["draft"] = session.execute(added).scalar_one()
    wanted = {"name": f"{word} Wanted", "payload": json.loads(json.dumps(asdict(NewAccount(f"{word} Wanted"))))}
    waiting = {"workspace_id": workspace_id, "proposer_id": admin.member.id, "portfolio_id": portfolio_id, **wanted}
    proposed = insert(schema.proposal).values(**waiting, created_at=NOW).returning(schema.proposal.c.id)
    rows.ids["proposal"] = session.execute(proposed).scalar_one()
    _spot_check(rows, account_id, portfolio_id, admin)
    _merge(session, rows, f"{word} Branch", admin)
    rows.ids["dropped_file"] = _dropped_file(session, admin, word)
    return Filled(workspace_id, admin, rows.ids, (word,))


def _merge(session: Session, rows: _Rows, name: str, admin: Actor) -> None:
    """An account that was merged into the first one."""
    goes = accounts.create(session, admin.author, NOW, name)
    rows.ids["account_merge"] = merges.merge(session, admin.author, (rows.ids["account"], goes), {}, NOW)


def _spot_check(rows: _Rows, account_id: int, portfolio_id: int, admin: Actor) -> None:
    """A piece that a digest has drawn for the admin to look at."""
    none = Share("0%", "0 outcomes", "")
    summary = Summary(0, 0, 0, (), none, 0, 0, first=True, unchanged=False, head=(), pages=(), left=0).as_json()
    last_week = NOW - timedelta(days=7)
    said = {"at": last_week.isoformat(), "since": None, "summary": summary}
    figures = {"kept": Figures({}, None, Book(), "").as_json(), "said": said}
    rows.keep(schema.digest, portfolio_id=portfolio_id, due_at=last_week, figures=figures)
    drawn = {"workspace_id": rows.workspace_id, "account_id": account_id, "portfolio_id": portfolio_id}
    drawn |= {"digest_id": rows.ids["digest"], "evidence_id": rows.ids["evidence"], "asked_id": admin.member.id}
    rows.keep(schema.spot_check, **drawn, drawn_at=last_week)


def _dropped_file(session: Session, admin: Actor, word: str) -> int:
    """A file that waits for its Import to be pressed."""
    content = f"Name\n{word} Imported\n".encode()
    new = NewFile(f"F0{word.upper()}", "1.0", f"{word}.csv", KIND, content, None, DropState.PREVIEWED)
    row_id = queries.add(session, admin.member, new, {}, NOW)
    assert row_id is not None
    return row_id


def _plan(rows: _Rows, account_id: int, person_id: int, title: str) -> None:
    """What success is, and what speaks for it."""
    promise_id = rows.add(Entity.PROMISE, account_id=account_id, text="In use by May", promised_to=person_id)
    outcome_id = rows.add(
        Entity.OUTCOME,
        account_id=account_id,
        title=title,
        metric="days",
        direction=Direction.DOWN,
        baseline=15,
        baseline_on=date(2026, 1, 1),
        baseline_agreed_by=person_id,
        agreed_on=TODAY,
        agreement_link=factory.AGREEMENT,
        target=5,
        due_on=date(2026, 6, 30),
        owner_person_id=person_id,
        promise_id=promise_id,
    )
    of_outcome = schema.terms.c.outcome_id == outcome_id
    rows.ids["terms"] = rows.read(select(schema.terms.c.id).where(of_outcome))
    evidence_id = rows.add(
        Entity.EVIDENCE,
        account_id=account_id,
        outcome_id=outcome_id,
        source=Source.CUSTOMER_SYSTEM,
        as_of=TODAY,
        recorded_at=NOW,
        value=5,
        attested_by=person_id,
        link="https://intranet.example/figures",
        reference_key=reference.link_key("https://intranet.example/figures"),
    )
    kept = {"workspace_id": rows.workspace_id, "account_id": account_id, "uploaded_at": NOW, "name": f"{title}.pdf"}
    rows.keep(schema.kept_file, **kept, sha256="0" * 64, size=4, content=b"%PDF")
    rows.add(
        Entity.EVIDENCE_CHECK,
        account_id=account_id,
        evidence_id=evidence_id,
        kind=CheckKind.CUSTOMER,
        verdict=CheckVerdict.CONFIRMED,
        person_id=person_id,
        at=NOW,
    )
    _acceptance(rows, account_id, person_id)
    gap_id = rows.add(Entity.GAP, account_id=account_id, title="Who signs?", opened_at=NOW)
    rows.add(Entity.ACTION, account_id=account_id, text="Send the figures", gap_id=gap_id, opened_at=NOW)
    rows.add(Entity.OBSTACLE, account_id=account_id, kind=next(iter(ObstacleKind)), text="Legal is slow")
    rows.add(Entity.STAGE_ENTRY, account_id=account_id, stage="setup", entered_on=TODAY)
    term = {"key": "1", "version": 1, "starts_on": TODAY, "ends_on": TODAY + timedelta(days=150)}
    pays = {"arr_minor": 100_000_00, "currency": "EUR"}
    rows.add(Entity.CONTRACT, account_id=account_id, recorded_at=NOW, **term, **pays)
    me, asked = rows.ids["member"], {"renewal": TODAY, "call": RenewalCall.LIKELY}
    rows.add(Entity.RENEWAL_CALL, account_id=account_id, **asked, called_by=me, called_at=NOW, called_as=JudgedAs.OTHER)
    recorded: dict[str, Any] = {"recorded_by": me, "recorded_at": NOW, "recorded_as": JudgedAs.OWNER}
    rows.add(Entity.RENEWAL_RESULT, account_id=account_id, result=RenewalResult.RENEWED, on_date=TODAY, **recorded)
    rows.add(Entity.HEALTH, account_id=account_id, on_date=TODAY, score=7, source="their page")


def _acceptance(rows: _Rows, account_id: int, person_id: int) -> None:
    """An acceptance of the packet, and the person's own word for it."""
    accepted: dict[str, Any] = {"version": 1, "person_id": person_id, "accepted_on": TODAY, "recorded_at": NOW}
    accepted["reference_key"] = reference.link_key("https://intranet.example/accepted")
    acceptance_id = rows.add(Entity.ACCEPTANCE, account_id=account_id, **accepted)
    said: dict[str, Any] = {"kind": CheckKind.CUSTOMER, "verdict": CheckVerdict.CONFIRMED, "person_id": person_id}
    rows.add(Entity.LOOK, account_id=account_id, acceptance_id=acceptance_id, at=NOW, **said)


def _confirmation(rows: _Rows, workspace_id: int, account_id: int, person_id: int, evidence_id: int) -> None:
    """Whose organisation it is, who somebody there is said to be, and a question to them that is open."""
    me = rows.ids["member"]
    bound: dict[str, Any] = {"slack_team_id": "T0THEIRS", "name": "Theirs", "bound_how": BoundHow.ADMIN}
    rows.add(Entity.CUSTOMER_ORG, workspace_id=workspace_id, account_id=account_id, **bound, bound_by=me, bound_at=NOW)
    user: dict[str, Any] = {"slack_user_id": f"U0PERSON{person_id}", "slack_team_id": "T0THEIRS", "name": "Ana"}
    identity_id = rows.add(
        Entity.PERSON_SLACK, account_id=account_id, person_id=person_id, **user, proposed_by=me, proposed_at=NOW
    )
    asked: dict[str, Any] = {"channel": "C0SHARED", "asked_by": me, "asked_at": NOW, "state": ConfirmationState.OPEN}
    rows.add(
        Entity.CONFIRMATION,
        account_id=account_id,
        evidence_id=evidence_id,
        person_slack_id=identity_id,
        **asked,
    )


def _work(rows: _Rows, workspace_id: int, account_id: int) -> None:
    """Meetings, what is asked before them and answered, risks and judgements."""
    me = rows.ids["member"]
    cadence_id = rows.add(
        Entity.CADENCE,
        account_id=account_id,
        kind=CadenceKind.WEEKLY_SYNC,
        rrule="FREQ=WEEKLY",
        local_start="2026-03-04T10:00",
        tz="Europe/Berlin",
        next_meeting_at=_MEETING_AT,
    )
    meeting: dict[str, Any] = {"account_id": account_id, "cadence_id": cadence_id, "kind": CadenceKind.WEEKLY_SYNC}
    past = rows.add(Entity.MEETING, **meeting, starts_at=_MEETING_AT - timedelta(days=7))
    answered: dict[str, Any] = {"submission": f"V{workspace_id}", "change": Change.NOTHING, "answered_at": NOW}
    rows.add(Entity.ANSWER, account_id=account_id, meeting_id=past, member_id=me, **answered)
    meeting_id = rows.add(Entity.MEETING, **meeting, starts_at=_MEETING_AT)
    asked: dict[str, Any] = {"member_id": me, "state": "open", "asked_at": NOW, "closes_at": _MEETING_AT}
    rows.add(Entity.PROMPT, account_id=account_id, workspace_id=workspace_id, meeting_id=meeting_id, **asked)
    risk = {"kind": RiskKind.NO_CUSTOMER_OWNER, "severity": Severity.HIGH, "fact": "Nobody owns it"}
    rows.add(Entity.RISK, account_id=account_id, opened_at=NOW, **risk)
    rows.add(
        Entity.JUDGEMENT, account_id=account_id, verdict=Verdict.YES, why="They say so", judged_by=me, judged_at=NOW
    )
