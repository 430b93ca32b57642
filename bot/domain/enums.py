"""The terms of the product as enums (docs/map.md): the same in code, tables, commands and texts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Tier(StrEnum):
    """How much attention the account's ARR pays for."""

    HIGH_TOUCH = "high_touch"
    LOW_TOUCH = "low_touch"
    TECH_TOUCH = "tech_touch"


class Stage(StrEnum):
    """Where an account stands between signature and renewal, in order."""

    SETUP = "setup"
    ACTIVATION = "activation"
    ADOPTION = "adoption"
    OUTCOMES = "outcomes"
    EXPANSION = "expansion"
    RENEWAL = "renewal"


class AccountStatus(StrEnum):
    CUSTOMER = "customer"
    FORMER = "former"


class Part(StrEnum):
    """The part a person at the customer plays."""

    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    OUTCOME_OWNER = "outcome_owner"
    USER = "user"
    BLAMED = "blamed"
    FINANCE = "finance"
    OTHER = "other"


def weightiest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    """These parts once each, in the order of `Part`; "somebody else" only where there is no other."""
    chosen = set(parts)
    ordered = tuple(part for part in Part if part in chosen and part is not Part.OTHER)
    return ordered or (Part.OTHER,)


class Relationship(StrEnum):
    WARM = "warm"
    NEUTRAL = "neutral"
    COLD = "cold"


class Direction(StrEnum):
    """Which way the metric must move; `hold` means stay within a band."""

    UP = "up"
    DOWN = "down"
    HOLD = "hold"


class OutcomeKind(StrEnum):
    NUMERIC = "numeric"
    STATEMENT = "statement"


class Grade(IntEnum):
    """How strong the proof is, weakest first; the order is the rule."""

    ASSERTED = 0
    OBSERVED = 1
    MEASURED = 2
    CONFIRMED = 3
    ATTRIBUTED = 4
    ACCEPTED = 5


class Source(StrEnum):
    """Where a piece of evidence comes from; with attestor and method it decides the grade."""

    OUR_WORD = "our_word"
    OUR_TELEMETRY = "our_telemetry"
    OUR_MEASUREMENT = "our_measurement"
    CUSTOMER_SYSTEM = "customer_system"
    CUSTOMER_WROTE = "customer_wrote"
    CHAMPION_PRESENTED = "champion_presented"
    CUSTOMER_SAID = "customer_said"


class Witness(StrEnum):
    """Who could check a piece of evidence without trusting the account team, weakest first (docs/rules.md)."""

    NONE = "none"
    REFERENCE = "reference"
    COUNTERSIGNED = "countersigned"
    MESSAGE = "message"
    SYSTEM = "system"
    CUSTOMER = "customer"


class CheckKind(StrEnum):
    """Who looked at a piece of evidence: a colleague, the manager on a draw, or a person of the customer."""

    COUNTERSIGN = "countersign"
    SPOT_CHECK = "spot_check"
    CUSTOMER = "customer"


class CheckVerdict(StrEnum):
    """What came of a look: of ours it shows it or not, or cannot be opened; a customer's person confirms it or not."""

    SHOWS = "shows"
    DOES_NOT = "does_not"
    CANNOT_OPEN = "cannot_open"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DISPUTED = "disputed"


class Method(StrEnum):
    """How our share of the effect was isolated (Phillips ROI)."""

    COMPARISON_GROUP = "comparison_group"
    BEFORE_AFTER = "before_after"
    EXPERT_ESTIMATE = "expert_estimate"


class Standing(StrEnum):
    """What an outcome is worth today: grade and progress taken together."""

    PROVEN = "proven"
    PARTLY_PROVEN = "partly_proven"
    DISPROVEN = "disproven"
    UNPROVEN = "unproven"


class ObstacleKind(StrEnum):
    """What slows the customer down."""

    APPROVALS = "approvals"
    OWNERSHIP = "ownership"
    FRICTION = "friction"
    POLITICS = "politics"
    INFRASTRUCTURE = "infrastructure"


class PromiseState(StrEnum):
    """What became of a promise made at the sale."""

    OPEN = "open"
    KEPT = "kept"
    RENEGOTIATED = "renegotiated"
    BROKEN = "broken"


class ContractKind(StrEnum):
    """What a term of a contract is beside those before it."""

    NEW = "new"
    RENEWAL = "renewal"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    REACTIVATION = "reactivation"


class ContractBasis(StrEnum):
    """What a term rests on: what an account says of itself, a person who recorded it here, or a document or system.

    `MERGED` is what came by a merge and rests on less than the terms that it stands beside: it counts as they do, but
    no system speaks for how it ends.
    """

    STAND_IN = "stand_in"
    RECORDED = "recorded"
    MERGED = "merged"
    IMPORTED = "imported"


class RenewalCall(StrEnum):
    """What the owner expects of a renewal."""

    COMMIT = "commit"
    LIKELY = "likely"
    AT_RISK = "at_risk"
    UNKNOWN = "unknown"


class RenewalResult(StrEnum):
    """How a renewal ended, or that it has not."""

    RENEWED = "renewed"
    EXPANDED = "expanded"
    CONTRACTED = "contracted"
    LEFT = "left"
    STILL_OPEN = "still_open"


class ValueMoved(StrEnum):
    """What moved the yearly value at a renewal."""

    SAME = "same"
    MORE_USE = "more_use"
    PRICE = "price"
    LESS_USE = "less_use"
    DISCOUNT = "discount"


class LeftBecause(StrEnum):
    """Why a customer left: the closed list; `OTHER` needs words."""

    VALUE_NOT_PROVEN = "value_not_proven"
    IMPLEMENTATION_STALLED = "implementation_stalled"
    SPONSOR_LOST = "sponsor_lost"
    PRODUCT_GAP = "product_gap"
    PRICE_OR_BUDGET = "price_or_budget"
    ACQUIRED = "acquired"
    CLOSED_DOWN = "closed_down"
    WRONG_FIT = "wrong_fit"
    COMPETITOR = "competitor"
    OTHER = "other"


class Loop(StrEnum):
    """To whom an action goes before it comes back to the customer."""

    CUSTOMER = "customer"
    PRODUCT = "product"
    GO_TO_MARKET = "go_to_market"
    OURSELVES = "ourselves"


class OnHoliday(StrEnum):
    """What becomes of a meeting of a series that falls on a public holiday."""

    STAY = "stay"
    MOVE = "move"


class CadenceKind(StrEnum):
    """The kinds of recurring customer meetings."""

    WEEKLY_SYNC = "weekly_sync"
    ONBOARDING_CHECK = "onboarding_check"
    BUSINESS_REVIEW = "business_review"
    RENEWAL_READOUT = "renewal_readout"


class PromptState(StrEnum):
    """`open` until somebody answers; a meeting that passes without an answer leaves it `silent`, or `away` where who
    was asked was away and nobody was there to stand in."""

    OPEN = "open"
    ANSWERED = "answered"
    SILENT = "silent"
    OFF = "off"
    AWAY = "away"


class Change(StrEnum):
    """What an answer says moved."""

    BELIEF = "belief"
    BEHAVIOUR = "behaviour"
    ECONOMICS = "economics"
    NOTHING = "nothing"


class DecisionOf(StrEnum):
    """Whose decision an answer says was changed: the customer's or one of ours."""

    THEIRS = "theirs"
    OURS = "ours"


class RiskKind(StrEnum):
    """The named dangers that the ledger alone can detect."""

    NO_SUCCESS_WRITTEN = "no_success_written"
    NO_CUSTOMER_OWNER = "no_customer_owner"
    SPONSOR_LEFT = "sponsor_left"
    PROOF_EXPIRED = "proof_expired"
    RENEWAL_UNPROVEN = "renewal_unproven"
    PROMPTS_UNANSWERED = "prompts_unanswered"
    NO_NEW_EVIDENCE = "no_new_evidence"
    PROOF_DISPUTED = "proof_disputed"
    DISPROVEN = "disproven"
    ACTION_OVERDUE = "action_overdue"
    PROMISE_OVERDUE = "promise_overdue"
    OBSTACLE_OVERDUE = "obstacle_overdue"
    PERSON_LEFT = "person_left"
    JUDGED = "judged"
    OWNER_LEFT = "owner_left"
    NOBODY_MEETS = "nobody_meets"


class RiskState(StrEnum):
    """Who deals with a risk: nobody yet, a claimant, nobody until a day, or nobody any more."""

    OPEN = "open"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Severity(IntEnum):
    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Verdict(StrEnum):
    """A human's answer to: is this account retained in substance?"""

    YES = "yes"
    NO = "no"
    NOT_CLEAR = "not_clear"


class JudgedAs(StrEnum):
    """What the one who judged an account was to it at that moment."""

    OWNER = "owner"
    DEPUTY = "deputy"
    OTHER = "other"


class Closing(StrEnum):
    """What a person closed a risk with: a piece that counts, a fact that changed, or words that the manager reads."""

    EVIDENCE = "evidence"
    FACT = "fact"
    WORDS = "words"


class OwnerAct(StrEnum):
    """What an owner did that leaves less to be answered for. Each may be right; how often is shown to the manager."""

    MEETING_OFF = "meeting_off"
    SERIES_PAUSED = "series_paused"
    HANDED_OVER = "handed_over"
    ANSWERED_LATE = "answered_late"
    RISK_SNOOZED = "risk_snoozed"
    RISK_CLOSED = "risk_closed"
    DAYS_AWAY = "days_away"


class Theatre(StrEnum):
    """Activity that looks like value: named, never scored."""

    MEETINGS = "meetings"
    HEALTH = "health"
    RELATIONSHIP = "relationship"


class CreditCause(StrEnum):
    """Why the credit of an outcome moved from one digest to the next: the steps of the bridge, in their order.

    The figure after `WITHDRAWN` is that of the same customers and outcomes.
    """

    RESTATED = "restated"
    UPGRADE = "upgrade"
    TERMS = "terms"
    PROVEN = "proven"
    PARTLY_PROVEN = "partly_proven"
    EXPIRED = "expired"
    DISPUTED = "disputed"
    FALLEN_BACK = "fallen_back"
    MISSED = "missed"
    PERSON_LEFT = "person_left"
    FAILED_CHECK = "failed_check"
    WITHDRAWN = "withdrawn"
    ADDED = "added"
    RETIRED = "retired"


class Movement(StrEnum):
    """What moved an account in or out of a figure, or its weight: the later steps of the bridge, in their order."""

    JOINED = "joined"
    RETURNED = "returned"
    LOST = "lost"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    MERGED = "merged"
    ARR_CHANGED = "arr_changed"


class Why(StrEnum):
    """Why a piece of evidence, or an outcome, has its grade and no higher one."""

    NOTHING = "nothing"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DISPUTED = "disputed"
    OUR_WORD = "our_word"
    NOBODY_NAMED = "nobody_named"
    NO_WORDS = "no_words"
    TELEMETRY = "telemetry"
    NO_BASELINE = "no_baseline"
    TERMS_NOT_AGREED = "terms_not_agreed"
    EARLIER_TERMS = "earlier_terms"
    BEFORE_BASELINE = "before_baseline"
    NO_NUMBER = "no_number"
    NO_METRIC = "no_metric"
    MEASURED_BY_US = "measured_by_us"
    ORAL = "oral"
    ATTESTOR_LEFT = "attestor_left"
    NOT_THE_CHAMPION = "not_the_champion"
    CUSTOMER_SYSTEM = "customer_system"
    CUSTOMER_WROTE = "customer_wrote"
    CHAMPION_PRESENTED = "champion_presented"
    CUSTOMER_CONFIRMED = "customer_confirmed"
    NO_WITNESS = "no_witness"
    NOBODY_LOOKED = "nobody_looked"
    ISOLATED = "isolated"
    ACCEPTER_LEFT = "accepter_left"
    ACCEPTANCE_UNSEEN = "acceptance_unseen"
    ACCEPTED = "accepted"


class BoundHow(StrEnum):
    """Who said that an organisation or mail domain is the customer's; never the account's own team (docs/rules.md)."""

    CRM_IMPORT = "crm_import"
    ADMIN = "admin"
    MANAGER = "manager"


class KnownHow(StrEnum):
    """How it is known which person of the customer a Slack user is."""

    EMAIL = "email"
    ADMIN = "admin"
    MANAGER = "manager"


class ConfirmationState(StrEnum):
    """What a person of the customer said when they were asked to confirm a piece of evidence."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DISPUTED = "disputed"
    CALLED_OFF = "called_off"
