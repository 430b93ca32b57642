"""Puts lines of history into sentences: what was done to which row, and its values before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.enums import (
    CadenceKind,
    Change,
    ConfirmationState,
    Part,
    PromiseState,
    RiskKind,
    Source,
    Stage,
    Verdict,
)
from bot.domain.labels import entity_label, kind_of_column, label_of, labels_of
from bot.domain.values.money import Money
from bot.features.accounts import history_renewals
from bot.features.accounts.phrases import HistoryPhrase
from bot.phrases import say

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

    def member(self, member_id: object) -> str | None:
        """The name of a member of the team."""
        return self.members.get(member_id) if isinstance(member_id, int) else None

    def person(self, person_id: object) -> str | None:
        """The name of a person at the customer."""
        return self.people.get(person_id) if isinstance(person_id, int) else None

    def row(self, change: HistoryChange) -> str:
        """The name of the row that was changed, or of its table when the row has none."""
        return self.rows.get((change.entity, change.row_id), entity_label(change.entity))

    def outcome(self, change: HistoryChange) -> str | None:
        """The title of the outcome that a piece of evidence is about."""
        return self.pieces.get(change.row_id, (None, None))[0]


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
    if change.after.get("merged"):
        return say(HistoryPhrase.MERGED, name=change.after["merged"], undone=change.before.get("merged") is not None)
    if change.after.get("taken_back_at"):
        what = None if change.entity == "account" else names.row(change)
        return say(HistoryPhrase.TAKEN_BACK, what=what)
    special = _CHANGED[change.entity](change, names) if change.entity in _CHANGED else None
    if special is not None or change.entity in _ONLY_SPECIAL:
        return special
    changes = [text for name in change.after if (text := _field(change, name, names))]
    whose = names.rows.get((change.entity, change.row_id))
    return say(HistoryPhrase.FIELDS, whose=whose, changes=changes) if changes else None


def of_contracts(count: int, *, taken_back: bool) -> str:
    """The sentence of all terms of contracts that one import recorded, or its undoing took back."""
    if taken_back:
        return say(HistoryPhrase.CONTRACTS_TAKEN_BACK, count=count)
    return say(HistoryPhrase.CONTRACTS_ADDED, count=count)


_ONLY_SPECIAL = {
    *("prompt", "risk", "cadence", "evidence", "terms", "confirmation", "customer_org", "person_slack"),
    *("acceptance", "look", "evidence_check"),
}
"""Changes of these are told by a sentence of their own or not at all; a version of terms follows its outcome's line."""
_SILENT = {
    "answer": {"edited_at", "moved_evidence"},
    "action": {"gap_id", "done_in_answer_id"},
    "promise": {"times_moved", "first_due_on"},
    "gap": {"answer_id", "times_moved", "closed_evidence_id"},
    "account": {"slug", "stage", "stage_since", "external_id", "packet_accepted_by"},
}
_MEMBERS = {"owner_id", "deputy_id", "member_id", "manager_id", "retire_agreed_by"}
_PEOPLE = {"owner_person_id", "baseline_agreed_by", "promised_to", "shown_by", "would_break_by"}


def _field(change: HistoryChange, name: str, names: NameLookup) -> str | None:
    if name in _SILENT.get(change.entity, ()) or name == "account_id":  # it moved with its account
        return None
    assert change.before is not None
    old, new = change.before.get(name), change.after[name]
    if old is None:
        return say(HistoryPhrase.FIELD_SET, what=name, to=_shown(change.entity, name, new, names))
    if new is None:
        return say(HistoryPhrase.FIELD_CLEARED, what=name, before=_shown(change.entity, name, old, names))
    before, to = _shown(change.entity, name, old, names), _shown(change.entity, name, new, names)
    return say(HistoryPhrase.FIELD_CHANGED, what=name, before=before, to=to)


def _shown(entity: str, name: str, value: Any, names: NameLookup) -> str:
    if name in _MEMBERS:
        return names.member(value) or say(HistoryPhrase.SOMEBODY)
    if name in _PEOPLE:
        return names.person(value) or say(HistoryPhrase.SOMEBODY)
    if name.endswith("_minor") and value is not None:
        return say(HistoryPhrase.VALUE, value=Money(value, names.currency or ""))
    if name.endswith(("_on", "_date", "_start")):
        return say(HistoryPhrase.VALUE, value=_day(value))
    kind = kind_of_column(entity, name)
    return say(HistoryPhrase.VALUE, value=label_of(kind, str(value)) if kind else value)


def _day(value: object) -> date | str:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)


def _evidence_added(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    outcome, unit = names.pieces.get(change.row_id, (None, None))
    return say(
        HistoryPhrase.EVIDENCE_ADDED,
        outcome=outcome,
        value=None if after.get("value") is None else Decimal(after["value"]),
        unit=unit,
        statement=_words(after.get("statement")),
        as_of=_day(after["as_of"]),
        source=label_of(Source, after["source"]),
        attested=bool(after.get("attested_by")),
        attestor=names.person(after.get("attested_by")),
    )


def _answer_added(change: HistoryChange, names: NameLookup) -> str:
    kind = change.after["change"]
    return say(
        HistoryPhrase.ANSWER_ADDED,
        nothing=kind == Change.NOTHING.value,
        change=label_of(Change, kind),
        what=_words(change.after.get("what_changed")),
    )


def _words(typed: object) -> str:
    return str(typed or "")


def _risk_added(change: HistoryChange, names: NameLookup) -> str:
    kind = label_of(RiskKind, change.after["kind"])
    return say(HistoryPhrase.RISK_ADDED, fact=change.after.get("fact"), kind=kind)


def _judged(change: HistoryChange, names: NameLookup) -> str:
    verdict = label_of(Verdict, change.after["verdict"])
    return say(HistoryPhrase.JUDGEMENT_ADDED, verdict=verdict, why=_words(change.after.get("why")))


def _evidence_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, outcome = change.after, names.outcome(change)
    if after.get("disputed_on"):
        who, why = names.person(after.get("disputed_by")), _words(after.get("disputed_why"))
        return say(HistoryPhrase.EVIDENCE_DISPUTED, who=who, outcome=outcome, why=why)
    if after.get("withdrawn_on"):
        return say(HistoryPhrase.EVIDENCE_WITHDRAWN, outcome=outcome, why=_words(after.get("withdrawn_why")))
    return say(HistoryPhrase.EVIDENCE_REPLACED, outcome=outcome) if "superseded_by" in after else None


def _evidence_checked(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    person_id = after.get("person_id")
    return say(
        HistoryPhrase.EVIDENCE_CHECKED,
        who=None if person_id is None else names.person(person_id) or say(HistoryPhrase.SOMEBODY),
        outcome=names.pieces.get(after["evidence_id"], (None, None))[0],
        verdict=after["verdict"],
        note=_words(after.get("note")),
    )


def _looked(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    person_id = after.get("person_id")
    return say(
        HistoryPhrase.LOOKED,
        who=None if person_id is None else names.person(person_id) or say(HistoryPhrase.SOMEBODY),
        packet=after.get("acceptance_id") is not None,
        verdict=after["verdict"],
        note=_words(after.get("note")),
    )


def _accepted(change: HistoryChange, names: NameLookup) -> str:
    after = change.after
    return say(HistoryPhrase.PACKET_ACCEPTED, who=names.person(after.get("person_id")), on=_day(after["accepted_on"]))


def _acceptance_changed(change: HistoryChange, names: NameLookup) -> str | None:
    why = change.after.get("withdrawn_why")
    return say(HistoryPhrase.ACCEPTANCE_WITHDRAWN, why=_words(why)) if why else None


def _prompt_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    if after.get("state") == "off":
        return say(HistoryPhrase.PROMPT_OFF)
    if after.get("state") == "silent":
        return say(HistoryPhrase.PROMPT_SILENT)
    if "member_id" in after:
        return say(HistoryPhrase.PROMPT_HANDED_OVER, member=names.member(after["member_id"]))
    return say(HistoryPhrase.PROMPT_SNOOZED) if after.get("snoozed_until") else None


def _risk_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, risk = change.after, names.row(change)
    match after.get("state"):
        case "claimed":
            return say(HistoryPhrase.RISK_CLAIMED, risk=risk, member=names.member(after.get("owner_id")))
        case "snoozed":
            return say(HistoryPhrase.RISK_SNOOZED, risk=risk, why=_words(after.get("snoozed_why")))
        case "closed":
            return say(HistoryPhrase.RISK_CLOSED, risk=risk, how=_words(after.get("closed_how")))
        case "open":
            return say(HistoryPhrase.RISK_REOPENED, risk=risk)
    return None


def _action_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, action = change.after, names.row(change)
    if after.get("told_on"):
        return say(HistoryPhrase.ACTION_TOLD, action=action, words=_words(after.get("told_words")))
    if after.get("loop_answered_on"):
        return say(HistoryPhrase.ACTION_ANSWERED, action=action, answer=_words(after.get("loop_answer")))
    if "told_on" in after:
        return say(HistoryPhrase.ACTION_REOPENED, action=action)
    if after.get("dropped_on"):
        return say(HistoryPhrase.ACTION_DROPPED, action=action, why=_words(after.get("dropped_why")))
    return None


def _promise_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, promise = change.after, names.row(change)
    if "state" in after:
        state, why = label_of(PromiseState, after["state"]), _words(after.get("settled_why"))
        return say(HistoryPhrase.PROMISE_SETTLED, promise=promise, state=state, why=why)
    if not after.get("last_mentioned_on") and not after.get("last_words"):
        return None
    return say(HistoryPhrase.PROMISE_MENTIONED, promise=promise, words=_words(after.get("last_words")))


def _outcome_changed(change: HistoryChange, names: NameLookup) -> str | None:
    outcome = names.row(change)
    if "retired_on" in change.after and change.after["retired_on"] is None:
        return say(HistoryPhrase.OUTCOME_KEPT, outcome=outcome)
    if not change.after.get("retired_on"):
        agreed = change.after.get("retire_agreed_on")
        return say(HistoryPhrase.RETIREMENT_AGREED, outcome=outcome) if agreed else None
    return say(HistoryPhrase.OUTCOME_RETIRED, outcome=outcome, why=_words(change.after.get("retired_why")))


def _account_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    if after.get("packet_accepted_on"):  # from before acceptances had rows of their own
        who, on = names.person(after.get("packet_accepted_by")), _day(after["packet_accepted_on"])
        return say(HistoryPhrase.PACKET_ACCEPTED, who=who, on=on)
    if after.get("first_win_on"):
        return say(HistoryPhrase.FIRST_WIN, on=_day(after["first_win_on"]), what=_words(after.get("first_win")))
    return None


def _person_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, name = change.after, names.person(change.row_id)
    if after.get("undone_on"):
        return say(HistoryPhrase.DEPARTURE_TAKEN_BACK, name=name, on=_day((change.before or {}).get("left_on")))
    if after.get("returned_on"):
        return say(HistoryPhrase.PERSON_RETURNED, name=name, on=_day(after["returned_on"]))
    if after.get("left_on"):
        return say(HistoryPhrase.PERSON_LEFT, name=name, on=_day(after["left_on"]))
    return _parts_changed(change, name)


def _parts_changed(change: HistoryChange, name: str | None) -> str | None:
    """What became of somebody's parts; None where other columns changed. A column that did not change is not named."""
    before, after = change.before or {}, change.after
    if not after.keys() & {"part", "other_parts", "gained_parts", "dropped_parts"}:
        return None
    return say(HistoryPhrase.PERSON_PARTS, name=name, before=_parts(before), to=_parts(after))


def _parts(values: Values) -> str:
    """The parts that these values name: the main one and the others."""
    return labels_of(Part, ",".join(filter(None, (values.get("part"), values.get("other_parts")))))


def _obstacle_changed(change: HistoryChange, names: NameLookup) -> str | None:
    cleared = change.after.get("cleared_on")
    return say(HistoryPhrase.OBSTACLE_CLEARED, obstacle=names.row(change)) if cleared else None


def _gap_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after, gap = change.after, names.row(change)
    if after.get("closed_on"):
        how = _words(after.get("closed_how")) or _words(after.get("closed_link"))
        return say(HistoryPhrase.GAP_CLOSED, gap=gap, how=how)
    return say(HistoryPhrase.GAP_REOPENED, gap=gap) if "closed_on" in after else None


def _cadence_changed(change: HistoryChange, names: NameLookup) -> str | None:
    return say(HistoryPhrase.CADENCE_ENDED, kind=names.row(change)) if change.after.get("active") is False else None


def _org_bound(change: HistoryChange, names: NameLookup) -> str:
    domain = change.after.get("mail_domain")
    name = domain or change.after.get("name") or change.after.get("slack_team_id")
    return say(HistoryPhrase.ORG_BOUND, name=_words(name), is_domain=domain is not None)


def _org_changed(change: HistoryChange, names: NameLookup) -> str | None:
    return say(HistoryPhrase.ORG_ENDED) if change.after.get("ended_at") else None


def _person_slack_added(change: HistoryChange, names: NameLookup) -> str:
    user, person = _words(change.after.get("name")), names.person(change.after.get("person_id"))
    return say(HistoryPhrase.PERSON_SLACK_ADDED, user=user, person=person)


def _person_slack_changed(change: HistoryChange, names: NameLookup) -> str | None:
    user = names.rows.get((change.entity, change.row_id))
    if change.after.get("known_how"):
        return say(HistoryPhrase.PERSON_SLACK_KNOWN, user=user)
    return say(HistoryPhrase.PERSON_SLACK_WRONG, user=user) if change.after.get("ended_at") else None


def _confirmation_asked(change: HistoryChange, names: NameLookup) -> str:
    user = names.rows.get(("person_slack", change.after["person_slack_id"]))
    outcome, _ = names.pieces.get(change.after.get("evidence_id") or 0, (None, None))
    packet = change.after.get("acceptance_id") is not None
    return say(HistoryPhrase.CONFIRMATION_ASKED, user=user, outcome=outcome, packet=packet)


def _confirmation_changed(change: HistoryChange, names: NameLookup) -> str | None:
    after = change.after
    if not after.get("answered_at"):
        user = names.rows.get(("person_slack", (change.before or {}).get("answered_by") or 0))
        return say(HistoryPhrase.ANSWER_TAKEN_BACK, user=user) if after.get("state") == "open" else None
    user = names.rows.get(("person_slack", after.get("answered_by") or 0))
    state, words = label_of(ConfirmationState, after["state"]), _words(after.get("words"))
    return say(HistoryPhrase.CONFIRMATION_ANSWERED, user=user, state=state, words=words)


_ADDED: dict[str, _Sentence] = {
    "account": lambda change, names: say(HistoryPhrase.ACCOUNT_ADDED, name=change.after["name"]),
    "person": lambda change, names: say(
        HistoryPhrase.PERSON_ADDED, name=change.after["name"], part=_parts(change.after)
    ),
    "outcome": lambda change, names: say(HistoryPhrase.OUTCOME_ADDED, title=change.after["title"]),
    "evidence": _evidence_added,
    "evidence_check": _evidence_checked,
    "acceptance": _accepted,
    "look": _looked,
    "gap": lambda change, names: say(HistoryPhrase.GAP_ADDED, title=change.after["title"]),
    "action": lambda change, names: say(HistoryPhrase.ACTION_ADDED, text=change.after["text"]),
    "obstacle": lambda change, names: say(HistoryPhrase.OBSTACLE_ADDED, text=change.after["text"]),
    "promise": lambda change, names: say(HistoryPhrase.PROMISE_ADDED, text=change.after["text"]),
    "cadence": lambda change, names: say(HistoryPhrase.CADENCE_ADDED, kind=label_of(CadenceKind, change.after["kind"])),
    "prompt": lambda change, names: say(HistoryPhrase.PROMPT_ADDED, member=names.member(change.after.get("member_id"))),
    "answer": _answer_added,
    "risk": _risk_added,
    "judgement": _judged,
    "renewal_call": lambda change, names: history_renewals.call_added(change.after),
    "renewal_result": lambda change, names: history_renewals.result_added(change.after),
    "stage_entry": lambda change, names: say(
        HistoryPhrase.STAGE_ENTRY_ADDED, stage=label_of(Stage, change.after["stage"])
    ),
    "customer_org": _org_bound,
    "person_slack": _person_slack_added,
    "confirmation": _confirmation_asked,
}
_CHANGED: dict[str, _Sentence] = {
    "acceptance": _acceptance_changed,
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
    "customer_org": _org_changed,
    "person_slack": _person_slack_changed,
    "confirmation": _confirmation_changed,
    "renewal_result": lambda change, names: history_renewals.result_changed(change.after),
}
