"""The labels that people read for the enums: one table for every enum, used by cards, forms and history.

`label` gives a word for running text, `Choices` what a form offers. The stored value of an enum is
never shown by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from bot.domain.enums import (
    AccountStatus,
    BoundHow,
    CadenceKind,
    Change,
    CheckKind,
    CheckVerdict,
    Closing,
    ConfirmationState,
    ContractBasis,
    ContractKind,
    CreditCause,
    DecisionOf,
    Direction,
    Grade,
    JudgedAs,
    KnownHow,
    LeftBecause,
    Loop,
    Method,
    Movement,
    ObstacleKind,
    OnHoliday,
    OutcomeKind,
    OwnerAct,
    Part,
    PromiseState,
    PromptState,
    Relationship,
    RenewalCall,
    RenewalResult,
    RiskKind,
    RiskState,
    Severity,
    Source,
    Stage,
    Standing,
    Theatre,
    Tier,
    ValueMoved,
    Verdict,
    Witness,
)
from bot.domain.values.text import listed


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a form: the stored value, its label, the words to choose by, and half a sentence on them."""

    value: str
    label: str
    words: str
    hint: str = ""


def _own_words(kind: type[Enum]) -> dict[Enum, str]:
    """The labels of an enum whose names are plain English already: `weekly sync`."""
    return {member: member.name.lower().replace("_", " ") for member in kind}


_LABELS: Mapping[type[Enum], Mapping[Enum, str]] = {
    BoundHow: {BoundHow.CRM_IMPORT: "the CRM import", BoundHow.ADMIN: "an admin", BoundHow.MANAGER: "the manager"},
    KnownHow: {KnownHow.EMAIL: "the email address", KnownHow.ADMIN: "an admin", KnownHow.MANAGER: "the manager"},
    Loop: {**_own_words(Loop), Loop.GO_TO_MARKET: "go-to-market"},
    OnHoliday: {OnHoliday.STAY: "stays", OnHoliday.MOVE: "moves to the next working day"},
    Part: {**_own_words(Part), Part.BLAMED: "accountable"},
    RiskKind: {
        RiskKind.NO_SUCCESS_WRITTEN: "no success plan",
        RiskKind.NO_CUSTOMER_OWNER: "no owner on their side",
        RiskKind.SPONSOR_LEFT: "sponsor left",
        RiskKind.PROOF_EXPIRED: "evidence expired",
        RiskKind.RENEWAL_UNPROVEN: "renewal not proven",
        RiskKind.PROMPTS_UNANSWERED: "meetings without an answer",
        RiskKind.NO_NEW_EVIDENCE: "activity without evidence",
        RiskKind.PROOF_DISPUTED: "evidence disputed",
        RiskKind.DISPROVEN: "outcome missed",
        RiskKind.ACTION_OVERDUE: "step overdue",
        RiskKind.PROMISE_OVERDUE: "promise late",
        RiskKind.OBSTACLE_OVERDUE: "obstacle late",
        RiskKind.PERSON_LEFT: "contact left",
        RiskKind.JUDGED: "renewal in doubt",
        RiskKind.OWNER_LEFT: "owner left",
        RiskKind.NOBODY_MEETS: "nobody meets them",
    },
    OwnerAct: {
        OwnerAct.MEETING_OFF: "called off",
        OwnerAct.SERIES_PAUSED: "series ended or paused",
        OwnerAct.HANDED_OVER: "handed over",
        OwnerAct.ANSWERED_LATE: "answered late",
        OwnerAct.RISK_SNOOZED: "risks snoozed",
        OwnerAct.RISK_CLOSED: "risks closed",
        OwnerAct.DAYS_AWAY: "days away",
    },
    RenewalCall: {**_own_words(RenewalCall), RenewalCall.UNKNOWN: "don't know yet"},
    LeftBecause: {
        **_own_words(LeftBecause),
        LeftBecause.ACQUIRED: "they were acquired",
        LeftBecause.CLOSED_DOWN: "they closed down",
        LeftBecause.WRONG_FIT: "wrong fit from the start",
        LeftBecause.COMPETITOR: "moved to a competitor",
        LeftBecause.OTHER: "another reason",
    },
    CreditCause: {**_own_words(CreditCause), CreditCause.TERMS: "terms changed"},
    Movement: {**_own_words(Movement), Movement.ARR_CHANGED: "ARR changed"},
    **{
        kind: _own_words(kind)
        for kind in (
            AccountStatus,
            CadenceKind,
            Change,
            DecisionOf,
            ContractKind,
            ContractBasis,
            RenewalResult,
            ValueMoved,
            CheckKind,
            CheckVerdict,
            ConfirmationState,
            Closing,
            Direction,
            Grade,
            JudgedAs,
            Method,
            ObstacleKind,
            OutcomeKind,
            PromiseState,
            PromptState,
            Relationship,
            RiskState,
            Severity,
            Source,
            Stage,
            Standing,
            Theatre,
            Tier,
            Verdict,
            Witness,
        )
    },
}

_CHOICES: Mapping[type[Enum], Mapping[Enum, tuple[str, str]]] = {
    CadenceKind: {
        CadenceKind.WEEKLY_SYNC: ("Weekly sync", ""),
        CadenceKind.ONBOARDING_CHECK: ("Onboarding check", ""),
        CadenceKind.BUSINESS_REVIEW: ("Business review", ""),
        CadenceKind.RENEWAL_READOUT: ("Renewal readout", ""),
    },
    Change: {
        Change.BELIEF: ("What they believe", "They think differently about it"),
        Change.BEHAVIOUR: ("What they do", "They do something differently"),
        Change.ECONOMICS: ("What it is worth to them", "Money or time moved"),
        Change.NOTHING: ("Nothing", "No movement since last time"),
    },
    DecisionOf: {
        DecisionOf.THEIRS: ("One of theirs", ""),
        DecisionOf.OURS: ("One of ours", ""),
    },
    Direction: {
        Direction.UP: ("Up", ""),
        Direction.DOWN: ("Down", ""),
        Direction.HOLD: ("Stay where it is", ""),
    },
    Loop: {
        Loop.OURSELVES: ("Ourselves", ""),
        Loop.CUSTOMER: ("The customer", ""),
        Loop.PRODUCT: ("Product", ""),
        Loop.GO_TO_MARKET: ("Go-to-market", ""),
    },
    LeftBecause: {
        LeftBecause.VALUE_NOT_PROVEN: ("Value not proven", ""),
        LeftBecause.IMPLEMENTATION_STALLED: ("Implementation stalled", ""),
        LeftBecause.SPONSOR_LOST: ("Sponsor left", ""),
        LeftBecause.PRODUCT_GAP: ("Product gap", ""),
        LeftBecause.PRICE_OR_BUDGET: ("Price or budget", ""),
        LeftBecause.ACQUIRED: ("They were acquired", ""),
        LeftBecause.CLOSED_DOWN: ("They closed down", ""),
        LeftBecause.WRONG_FIT: ("Wrong fit from the start", ""),
        LeftBecause.COMPETITOR: ("Moved to a competitor", ""),
        LeftBecause.OTHER: ("Something else", "Say what below"),
    },
    RenewalCall: {
        RenewalCall.COMMIT: ("Commit", ""),
        RenewalCall.LIKELY: ("Likely", ""),
        RenewalCall.AT_RISK: ("At risk", ""),
        RenewalCall.UNKNOWN: ("Don't know yet", ""),
    },
    ValueMoved: {
        ValueMoved.SAME: ("Same scope, same price", ""),
        ValueMoved.MORE_USE: ("More use: seats, sites, volume", ""),
        ValueMoved.PRICE: ("Price only", ""),
        ValueMoved.LESS_USE: ("Less use", ""),
        ValueMoved.DISCOUNT: ("Discount to keep them", ""),
    },
    Method: {
        Method.COMPARISON_GROUP: ("Comparison group", "Part of them works without us, and we compare"),
        Method.BEFORE_AFTER: ("Before and after", "The other causes of the change are listed"),
        Method.EXPERT_ESTIMATE: ("Expert estimate", "Somebody who knows estimates our share, with the error"),
    },
    ObstacleKind: {
        ObstacleKind.APPROVALS: ("Approvals", ""),
        ObstacleKind.OWNERSHIP: ("Unclear ownership", ""),
        ObstacleKind.FRICTION: ("Workflow friction", ""),
        ObstacleKind.POLITICS: ("Politics", ""),
        ObstacleKind.INFRASTRUCTURE: ("Infrastructure", ""),
    },
    Part: {
        Part.ECONOMIC_BUYER: ("Economic buyer", "Has the authority and the budget"),
        Part.CHAMPION: ("Champion", "Fights for it inside"),
        Part.OUTCOME_OWNER: ("Outcome owner", "Does the work"),
        Part.BLAMED: ("Accountable", "Answers for it if it fails"),
        Part.FINANCE: ("Finance", "Accepts the money"),
        Part.USER: ("Day-to-day user", ""),
        Part.OTHER: ("Somebody else", ""),
    },
    Source: {
        Source.CUSTOMER_SYSTEM: ("The customer's own system", ""),
        Source.CUSTOMER_WROTE: ("A customer wrote it", ""),
        Source.CHAMPION_PRESENTED: ("The champion presented it internally", ""),
        Source.CUSTOMER_SAID: ("A customer told us on a call", ""),
        Source.OUR_MEASUREMENT: ("We measured the metric", ""),
        Source.OUR_TELEMETRY: ("Our product's usage figures", ""),
        Source.OUR_WORD: ("We say so", ""),
    },
    Tier: {
        Tier.HIGH_TOUCH: ("High touch", "Asked before every meeting"),
        Tier.LOW_TOUCH: ("Low touch", "Asked once a month and on triggers"),
        Tier.TECH_TOUCH: ("Tech touch", "Never asked one by one"),
    },
    Verdict: {
        Verdict.YES: ("Yes, they would miss what it does for them", ""),
        Verdict.NO: ("No, they stay from habit or contract", ""),
        Verdict.NOT_CLEAR: ("Not clear yet", ""),
    },
}

_COLUMNS = {
    "arr_minor": "ARR",
    "owner_id": "owner",
    "deputy_id": "deputy",
    "owner_person_id": "owner at the customer",
    "agreed_on": "day of the agreement",
    "agreement_link": "link to the agreement",
    "auto_renews": "automatic renewal",
    "baseline_agreed_by": "agreement of the customer",
    "because": "reason",
    "because_words": "reason in words",
    "closed_how": "answer",
    "commitment_lost_on": "day on which it became monthly",
    "leaves_on": "day of leaving",
    "unconfirmed_on": "day of a renewal that nobody else has confirmed",
    "uses_now": "what they use now",
    "closed_link": "link",
    "decision": "decision that it changed",
    "default_series": "default meetings",
    "other_bands_minor": "bands of other currencies",
    "decision_of": "whose decision it was",
    "due_on": "due date",
    "ends_on": "end",
    "external_id": "external id",
    "notice_days": "notice in days",
    "renewal_date": "renewal date",
    "risk_if_never": "risk if it never comes",
    "shown_by": "person who could show it",
    "shows_in": "place where it would show",
    "times_moved": "number of times its date was put off",
    "would_break": "answer to what would break without us",
    "would_break_by": "person who said what would break",
    "would_break_link": "link to what would break",
    "would_break_on": "day on which they said what would break",
    "next_action": "next step",
    "shelf_life_days": "days that evidence is valid",
    "starts_on": "start",
    "stage_reason": "reason for the stage",
    "tier_reason": "reason for the tier",
}

_KINDS: Mapping[str, type[Enum]] = {
    "change": Change,
    "decision_of": DecisionOf,
    "direction": Direction,
    "loop": Loop,
    "method": Method,
    "on_holiday": OnHoliday,
    "part": Part,
    "relationship": Relationship,
    "source": Source,
    "stage": Stage,
    "tier": Tier,
    "verdict": Verdict,
    "account.status": AccountStatus,
    "evidence.arrived_as": Witness,
    "evidence_check.kind": CheckKind,
    "evidence_check.verdict": CheckVerdict,
    "cadence.kind": CadenceKind,
    "contract.basis": ContractBasis,
    "contract.kind": ContractKind,
    "renewal_call.call": RenewalCall,
    "renewal_result.because": LeftBecause,
    "renewal_result.moved": ValueMoved,
    "renewal_result.result": RenewalResult,
    "obstacle.kind": ObstacleKind,
    "outcome.kind": OutcomeKind,
    "promise.state": PromiseState,
    "prompt.state": PromptState,
    "risk.kind": RiskKind,
    "risk.severity": Severity,
    "risk.state": RiskState,
}
"""The enums that columns of the ledger hold, by column, or by entity and column."""


def label(member: Enum) -> str:
    """The words for a member of an enum, as they are written inside a sentence."""
    return _LABELS[type(member)][member]


def labels(members: Iterable[Enum]) -> str:
    """The words for several members: `champion and finance`."""
    return listed([label(member) for member in members])


def label_of(kind: type[Enum], value: str) -> str:
    """The words for a stored value of an enum; what the enum no longer has is shown as it stands."""
    try:
        return label(kind(value))
    except ValueError:
        return value.replace("_", " ")


def labels_of(kind: type[Enum], values: str) -> str:
    """The words for stored values of an enum with commas between them."""
    return listed([label_of(kind, value) for value in values.split(",") if value])


def kind_of_column(entity: str, column: str) -> type[Enum] | None:
    """The enum that a column of the ledger holds, if it holds one."""
    return _KINDS.get(f"{entity}.{column}") or _KINDS.get(column)


def entity_label(entity: str) -> str:
    """The words for a kind of row in the ledger: `stage_entry` is a stage entry."""
    return entity.replace("_", " ")


def column_label(column: str) -> str:
    """The words for a column of the ledger: `due_on` is a due date."""
    return _COLUMNS.get(column, column.removesuffix("_id").replace("_", " "))


def _choices(kind: type[Enum]) -> tuple[Choice, ...]:
    return tuple(Choice(member.value, label(member), words, hint) for member, (words, hint) in _CHOICES[kind].items())


@dataclass(frozen=True, slots=True)
class Choices:
    """What forms offer, in its order; templates read it as `choices.part`."""

    cadence: tuple[Choice, ...] = _choices(CadenceKind)
    call: tuple[Choice, ...] = _choices(RenewalCall)
    change: tuple[Choice, ...] = _choices(Change)
    decision_of: tuple[Choice, ...] = _choices(DecisionOf)
    direction: tuple[Choice, ...] = _choices(Direction)
    left_because: tuple[Choice, ...] = _choices(LeftBecause)
    loop: tuple[Choice, ...] = _choices(Loop)
    method: tuple[Choice, ...] = _choices(Method)
    obstacle: tuple[Choice, ...] = _choices(ObstacleKind)
    part: tuple[Choice, ...] = _choices(Part)
    source: tuple[Choice, ...] = _choices(Source)
    tier: tuple[Choice, ...] = _choices(Tier)
    value_moved: tuple[Choice, ...] = _choices(ValueMoved)
    verdict: tuple[Choice, ...] = _choices(Verdict)
