"""Puts lines of history into sentences: what was done to which row, and its values before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Change,
    Direction,
    Loop,
    ObstacleKind,
    OutcomeKind,
    Part,
    PromiseState,
    Relationship,
    RiskKind,
    Source,
    Stage,
    Tier,
    Verdict,
)
from bot.domain.labels import column_label, label_of
from bot.domain.values.money import Money
from bot.domain.values.text import day, number, quoted

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NameLookup:
    """The names that sentences need: of members, of people at the customer, and of other rows by table and id.

    `pieces` are (outcome's title, unit) by the id of a piece of evidence, `currency` is the account's.
    """

    members: Mapping[int, str]
    people: Mapping[int, str]
    rows: Mapping[tuple[str, int], str]
    pieces: Mapping[int, tuple[str, str | None]]
    currency: str | None

    def member(self, member_id: object, otherwise: str = "somebody") -> str:
        """The name of a member of the team, or `otherwise` when there is none."""
        return self.members.get(member_id, otherwise) if isinstance(member_id, int) else otherwise

    def person(self, person_id: object, otherwise: str = "somebody") -> str:
        """The name of a person at the customer, or `otherwise` when there is none."""
        return self.people.get(person_id, otherwise) if isinstance(person_id, int) else otherwise

    def row(self, entity: str, row_id: int) -> str:
        """The quoted name of a row, or of its table when the row has none."""
        return quoted(self.rows.get((entity, row_id), entity.replace("_", " ")))


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """One line of history: a row that was added (`before` is None), or what changed in it."""

    entity: str
    row_id: int
    before: Values | None
    after: Values


_Sentence = Callable[[HistoryChange, NameLookup], str | None]


def sentence(change: HistoryChange, names: NameLookup) -> str | None:
    """The sentence of a line, without its subject; None for a change that only the bot itself needs."""
    if change.before is None:
        added = _ADDED.get(change.entity)
        return added(change, names) if added else None
    if change.after.get("taken_back_at"):
        what = "the account" if change.entity == "account" else names.row(change.entity, change.row_id)
        return f"took back {what}, with the import that added it"
    special = _CHANGED[change.entity](change, names) if change.entity in _CHANGED else None
    if special is not None or change.entity in _ONLY_SPECIAL:
        return special
    changes = "; ".join(text for name in change.after if (text := _field(change, name, names)))
    whose = f"{names.row(change.entity, change.row_id)}: " if (change.entity, change.row_id) in names.rows else ""
    return f"{whose}{changes}" if changes else None


_ONLY_SPECIAL = {"prompt", "risk", "cadence", "evidence"}
_SILENT = {
    "answer": {"edited_at", "moved_evidence"},
    "account": {"slug", "stage", "stage_since", "external_id", "packet_accepted_by"},
}
_MEMBERS = {"owner_id", "deputy_id", "member_id", "manager_id"}
_PEOPLE = {"owner_person_id", "baseline_agreed_by", "promised_to"}
_ENUMS: dict[str, type[Enum]] = {
    "tier": Tier,
    "loop": Loop,
    "part": Part,
    "direction": Direction,
    "change": Change,
    "relationship": Relationship,
    "status": AccountStatus,
    "outcome.kind": OutcomeKind,
    "obstacle.kind": ObstacleKind,
    "promise.state": PromiseState,
}


def _field(change: HistoryChange, name: str, names: NameLookup) -> str | None:
    if name in _SILENT.get(change.entity, ()):
        return None
    assert change.before is not None
    old, new = change.before.get(name), change.after[name]
    what = column_label(name)
    if old is None:
        return f"set the {what} to {_shown(change.entity, name, new, names)}"
    if new is None:
        return f"cleared the {what} (was {_shown(change.entity, name, old, names)})"
    return f"{what}: {_shown(change.entity, name, old, names)} → {_shown(change.entity, name, new, names)}"


def _shown(entity: str, name: str, value: Any, names: NameLookup) -> str:
    if name in _MEMBERS:
        return names.member(value)
    if name in _PEOPLE:
        return names.person(value)
    if name.endswith("_minor"):
        return f"{number(Money(value, names.currency or '').major)} {names.currency or ''}".strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith(("_on", "_date", "_start")):
        return _day(value)
    kind = _ENUMS.get(name) or _ENUMS.get(f"{entity}.{name}")
    text = label_of(kind, str(value)) if kind else str(value)
    return quoted(text) if " " in text and len(text) > 24 else text


def _day(value: object) -> str:
    try:
        return day(date.fromisoformat(str(value)[:10]))
    except ValueError:
        return str(value)


def _excerpt(value: object) -> str:
    return quoted(str(value or ""), 120)


def _evidence_added(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    outcome, unit = names.pieces.get(change.row_id, ("an outcome", None))
    what = number(Decimal(after["value"]), unit) if after.get("value") is not None else _excerpt(after.get("statement"))
    by = f", attested by {names.person(after['attested_by'])}" if after.get("attested_by") else ""
    source = label_of(Source, after["source"])
    return f"recorded evidence for {quoted(outcome)}: {what}, as of {_day(after['as_of'])}, {source}{by}"


def _answer_added(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    if after["change"] == "nothing":
        return "answered: nothing changed"
    return f"answered: {label_of(Change, after['change'])} changed: {_excerpt(after.get('what_changed'))}"


def _judged(change: HistoryChange, names: NameLookup) -> str:
    verdict = label_of(Verdict, change.after["verdict"])
    return f"judged: retained in substance: {verdict}: {_excerpt(change.after.get('why'))}"


def _evidence_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    about = quoted(names.pieces.get(change.row_id, ("an outcome", None))[0])
    if after.get("disputed_on"):
        who = names.person(after.get("disputed_by"), "the customer")
        return f"noted that {who} disputes the evidence for {about}: {_excerpt(after.get('disputed_why'))}"
    if after.get("withdrawn_on"):
        return f"withdrew evidence for {about}: {_excerpt(after.get('withdrawn_why'))}"
    return f"replaced evidence for {about} by a newer piece" if "superseded_by" in after else None


def _prompt_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    if after.get("state") == "off":
        return "called the meeting off"
    if after.get("state") == "silent":
        return "noted a meeting that passed without an answer"
    if "member_id" in after:
        return f"handed the prompt over to {names.member(after['member_id'], 'a colleague')}"
    return "snoozed the prompt" if after.get("snoozed_until") else None


def _risk_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, risk = change.after, names.row("risk", change.row_id)
    match after.get("state"):
        case "claimed":
            return f"gave the risk {risk} to {names.member(after.get('owner_id'), 'its owner')}"
        case "snoozed":
            return f"snoozed the risk {risk}: {_excerpt(after.get('snoozed_why'))}"
        case "closed":
            return f"closed the risk {risk}: {_excerpt(after.get('closed_how'))}"
        case "open":
            return f"reopened the risk {risk}"
    return None


def _action_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, action = change.after, names.row("action", change.row_id)
    if after.get("told_on"):
        return f"closed {action}; the customer was told: {_excerpt(after.get('told_words'))}"
    if after.get("loop_answered_on"):
        return f"answered {action}: {_excerpt(after.get('loop_answer'))}"
    return f"dropped {action}: {_excerpt(after.get('dropped_why'))}" if after.get("dropped_on") else None


def _promise_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, promise = change.after, names.row("promise", change.row_id)
    if "state" in after:
        return (
            f"the promise {promise} was {label_of(PromiseState, after['state'])}: {_excerpt(after.get('settled_why'))}"
        )
    return f"talked about the promise {promise} again" if after.get("last_mentioned_on") else None


def _outcome_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, outcome = change.after, names.row("outcome", change.row_id)
    return f"retired {outcome}: {_excerpt(after.get('retired_why'))}" if after.get("retired_on") else None


def _account_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    if after.get("packet_accepted_on"):
        who = names.person(after.get("packet_accepted_by"), "their side")
        return f"noted that {who} accepted the packet on {_day(after['packet_accepted_on'])}"
    if after.get("first_win_on"):
        return f"noted the first win, on {_day(after['first_win_on'])}: {_excerpt(after.get('first_win'))}"
    return None


def _person_changed(change: HistoryChange, names: NameLookup) -> str | None:
    if not change.after.get("left_on"):
        return None
    return f"noted that {names.person(change.row_id)} left on {_day(change.after['left_on'])}"


def _obstacle_changed(change: HistoryChange, names: NameLookup) -> str | None:
    cleared = change.after.get("cleared_on")
    return f"cleared the obstacle {names.row('obstacle', change.row_id)}" if cleared else None


def _gap_changed(change: HistoryChange, names: NameLookup) -> str | None:
    closed = change.after.get("closed_on")
    return f"closed the gap {names.row('gap', change.row_id)}" if closed else None


def _cadence_changed(change: HistoryChange, names: NameLookup) -> str | None:
    return f"ended the {names.rows.get(('cadence', change.row_id))}" if change.after.get("active") is False else None


_ADDED: dict[str, _Sentence] = {
    "account": lambda change, names: f"added the account {change.after['name']}",
    "person": lambda change, names: f"added {change.after['name']}, {label_of(Part, change.after['part'])}",
    "outcome": lambda change, names: f"wrote down the outcome {quoted(change.after['title'])}",
    "evidence": _evidence_added,
    "gap": lambda change, names: f"named a gap: {quoted(change.after['title'])}",
    "action": lambda change, names: f"set the next action: {quoted(change.after['text'])}",
    "obstacle": lambda change, names: f"named an obstacle: {quoted(change.after['text'])}",
    "promise": lambda change, names: f"noted a promise: {quoted(change.after['text'])}",
    "cadence": lambda change, names: f"set the {label_of(CadenceKind, change.after['kind'])}",
    "prompt": lambda change, names: (
        f"asked {names.member(change.after.get('member_id'), 'nobody: no owner is reached')}"
    ),
    "answer": _answer_added,
    "risk": lambda change, names: (
        f"opened a risk: {change.after.get('fact') or label_of(RiskKind, change.after['kind'])}"
    ),
    "judgement": _judged,
    "stage_entry": lambda change, names: f"put it into {label_of(Stage, change.after['stage'])}",
}
_CHANGED: dict[str, _Sentence] = {
    "account": _account_changed,
    "person": _person_changed,
    "outcome": _outcome_changed,
    "evidence": _evidence_changed,
    "gap": _gap_changed,
    "obstacle": _obstacle_changed,
    "promise": _promise_changed,
    "cadence": _cadence_changed,
    "prompt": _prompt_changed,
    "risk": _risk_changed,
    "action": _action_changed,
}
