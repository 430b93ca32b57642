"""Tells the history of an account like a story: who changed what, when, from what to what, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.wording import quoted
from bot.services.actor import Actor
from bot.services.reading import readable
from bot.store import proof, schema

_SHOWN = 20

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change: `who` did `what`; `why` is the reason they gave."""

    at: datetime
    who: str
    what: str
    why: str | None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The newest changes first; `more` older ones are not shown, `older_than` is where they begin."""

    account_id: int
    account: str
    slug: str
    since: date | None
    lines: tuple[HistoryLine, ...]
    more: int
    oldest_shown: date | None


def history(session: Session, actor: Actor, account_id: int, since: date | None, now: datetime) -> HistoryView:
    """The story of an account, from the start of the day `since` (the actor's) or from its beginning."""
    account = readable(session, actor, account_id)
    table = schema.history
    statement = select(table).where(table.c.account_id == account_id).order_by(table.c.id.desc())
    if since is not None:
        begin = datetime.combine(since, time(), ZoneInfo(actor.member.tz))
        statement = statement.where(table.c.at >= begin)
    names = proof.member_names(session)
    people = _people(session, account_id)
    told = []
    for row in session.execute(statement).mappings():
        what = sentence(row["entity"], row["before"], row["after"], names, people)
        if what is not None:
            who = names.get(row["member_id"], "somebody") if row["member_id"] else "Proofline"
            told.append(HistoryLine(row["at"], who, what, row["why"]))
    shown = tuple(told[:_SHOWN])
    oldest = shown[-1].at.date() if shown else None
    return HistoryView(account_id, account.name, account.slug, since, shown, len(told) - len(shown), oldest)


def sentence(
    entity: str, before: Values | None, after: Values, names: Mapping[int, str], people: Mapping[int, str]
) -> str | None:
    """What one line of history says, without its subject; None for what only moves the machinery."""
    if before is None:
        added = _ADDED.get(entity)
        return added(after, names, people) if added else None
    if entity in _CHANGED:
        special = _CHANGED[entity](before, after, names, people)
        if special is not None:
            return special
    fields = [_field(entity, name, before.get(name), after[name], names, people) for name in after]
    told = "; ".join(field for field in fields if field)
    return told or None


def _people(session: Session, account_id: int) -> dict[int, str]:
    statement = select(schema.person.c.id, schema.person.c.name).where(schema.person.c.account_id == account_id)
    return {row.id: row.name for row in session.execute(statement)}


_Tell = Callable[[Values, Mapping[int, str], Mapping[int, str]], str | None]
_Change = Callable[[Values, Values, Mapping[int, str], Mapping[int, str]], str | None]

_SILENT_FIELDS = {
    "prompt": {"asked_at", "remind_at", "reminded_at", "closes_at", "closed_at", "workspace_id", "meeting_id"},
    "risk": {"remind_manager_at", "claimed_at", "closed_at", "fact", "severity"},
    "cadence": {"local_start", "next_meeting_at", "next_prompt_at"},
    "evidence": {"answer_id"},
    "answer": {"edited_at", "moved_evidence"},
    "account": {"slug", "stage", "stage_since", "external_id"},
}
_MEMBER_FIELDS = {"owner_id", "deputy_id", "member_id", "manager_id", "recorded_by", "judged_by"}
_PERSON_FIELDS = {
    "owner_person_id",
    "baseline_agreed_by",
    "attested_by",
    "disputed_by",
    "accepted_by",
    "promised_to",
    "packet_accepted_by",
}
_FIELD_WORDS = {
    "arr_minor": "ARR",
    "owner_id": "owner",
    "deputy_id": "deputy",
    "owner_person_id": "customer-side owner",
    "due_on": "due date",
    "renewal_date": "renewal date",
    "risk_if_never": "risk if never done",
    "member_id": "who is asked",
    "stage_reason": "reason for the stage",
    "tier_reason": "reason for the tier",
    "packet_accepted_on": "acceptance of the packet",
    "packet_accepted_by": "who accepted the packet",
}


def _field(
    entity: str, name: str, old: Any, new: Any, names: Mapping[int, str], people: Mapping[int, str]
) -> str | None:
    if name in _SILENT_FIELDS.get(entity, ()):
        return None
    label = _FIELD_WORDS.get(name, name.removesuffix("_id").replace("_", " "))
    shown = [_shown(name, value, names, people) for value in (old, new)]
    if old is None:
        return f"set the {label} to {shown[1]}"
    return f"cleared the {label} (was {shown[0]})" if new is None else f"{label}: {shown[0]} → {shown[1]}"


def _shown(name: str, value: Any, names: Mapping[int, str], people: Mapping[int, str]) -> str:
    if value is None:
        return "nothing"
    if name in _MEMBER_FIELDS:
        return names.get(value, "somebody")
    if name in _PERSON_FIELDS:
        return people.get(value, "somebody")
    if name.endswith("_minor"):
        return f"{value / 100:,.2f}".removesuffix(".00")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).replace("_", " ") if name in ("tier", "stage", "state", "kind", "loop") else str(value)
    return quoted(text) if " " in text and len(text) > 24 else text


def _piece(values: Values) -> str:
    return str(values["value"]) if values.get("value") is not None else quoted(values.get("statement") or "a statement")


def _evidence_added(after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str:
    attested = people.get(after.get("attested_by") or 0)
    by = f", attested by {attested}" if attested else ""
    return f"recorded evidence: {_piece(after)}, as of {after['as_of']}, {after['source'].replace('_', ' ')}{by}"


def _answer_added(after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str:
    if after["change"] == "nothing":
        return "answered: nothing changed"
    return f"answered: {after['change']} changed: {quoted(after.get('what_changed') or '', 120)}"


def _evidence_changed(before: Values, after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str | None:
    if "disputed_on" in after:
        by = people.get(after.get("disputed_by") or 0, "the customer")
        return f"noted that {by} disputes the evidence: {quoted(after.get('disputed_why') or '')}"
    if "withdrawn_on" in after:
        return f"withdrew evidence: {quoted(after.get('withdrawn_why') or '')}"
    return "replaced evidence by a newer piece" if "superseded_by" in after else None


def _prompt_changed(before: Values, after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str | None:
    match after.get("state"):
        case "off":
            return "called the meeting off"
        case "silent":
            return "noted a meeting that passed without an answer"
        case "answered":
            return None
    if "member_id" in after:
        return f"handed the prompt over to {names.get(after['member_id'], 'a colleague')}"
    return "snoozed the prompt" if after.get("snoozed_until") else None


def _risk_changed(before: Values, after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str | None:
    match after.get("state"):
        case "claimed":
            return f"risk taken by {names.get(after.get('owner_id') or 0, 'its owner')}"
        case "snoozed":
            return f"snoozed a risk: {quoted(after.get('snoozed_why') or '')}"
        case "closed":
            return f"closed a risk: {quoted(after.get('closed_how') or '')}"
        case "open":
            return "reopened a risk"
    return None


def _action_changed(before: Values, after: Values, names: Mapping[int, str], people: Mapping[int, str]) -> str | None:
    if after.get("told_on"):
        return f"closed an action; the customer was told: {quoted(after.get('told_words') or '')}"
    if after.get("loop_answered_on"):
        return f"got an answer to an action: {quoted(after.get('loop_answer') or '')}"
    return f"dropped an action: {quoted(after.get('dropped_why') or '')}" if after.get("dropped_on") else None


_ADDED: dict[str, _Tell] = {
    "account": lambda a, n, p: f"added the account {a['name']}",
    "person": lambda a, n, p: f"added {a['name']}, {a['part'].replace('_', ' ')}",
    "outcome": lambda a, n, p: f"wrote down the outcome {quoted(a['title'])}",
    "evidence": _evidence_added,
    "gap": lambda a, n, p: f"named a gap: {quoted(a['title'])}",
    "action": lambda a, n, p: f"set the next action: {quoted(a['text'])}",
    "obstacle": lambda a, n, p: f"named an obstacle: {quoted(a['text'])}",
    "promise": lambda a, n, p: f"noted a promise: {quoted(a['text'])}",
    "cadence": lambda a, n, p: f"set the {a['kind'].replace('_', ' ')}",
    "prompt": lambda a, n, p: "asked the three questions" if a.get("member_id") else "found nobody to ask",
    "answer": _answer_added,
    "risk": lambda a, n, p: f"opened a risk: {a.get('fact') or a['kind'].replace('_', ' ')}",
    "judgement": lambda a, n, p: f"judged: retained in substance: {a['verdict'].replace('_', ' ')}: {quoted(a['why'])}",
    "stage_entry": lambda a, n, p: f"put it into {a['stage']}",
}
_CHANGED: dict[str, _Change] = {
    "evidence": _evidence_changed,
    "prompt": _prompt_changed,
    "risk": _risk_changed,
    "action": _action_changed,
}
