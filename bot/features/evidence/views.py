"""What the forms and lists of evidence show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import CheckVerdict
from bot.domain.proof.disputes import PieceState


@dataclass(frozen=True, slots=True)
class OutcomeChoice:
    """An outcome that evidence may be about."""

    id: int
    title: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A person at the customer to choose from."""

    id: int
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class EvidenceFormView:
    """The evidence form: `outcome_id` is chosen when the form was opened from a gap; `closes_risk` is a risk's id.

    Without `takes_files` it asks for a link only. `names_somebody` says that a name is typed where people are chosen
    otherwise; the fields after it are what was typed before that.
    """

    account_id: int
    account: str
    outcomes: tuple[OutcomeChoice, ...]
    outcome_id: int | None
    people: tuple[PersonChoice, ...]
    today: date
    closes_risk: int | None
    seen: int
    takes_files: bool
    names_somebody: bool = False
    value: str | None = None
    statement: str | None = None
    source: str | None = None
    as_of: date | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ReasonFormView:
    """Asks why a piece of evidence is disputed or withdrawn; `people` are who at the customer may dispute it."""

    evidence_id: int
    dispute: bool
    what: str
    people: tuple[PersonChoice, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class IsolateShareView:
    """The form, filled with what the piece says already; `people` may accept money: finance and economic buyer."""

    evidence_id: int
    account: str
    outcome: str
    what: str
    method: str | None
    note: str | None
    money: str | None
    currency: str
    people: tuple[tuple[int, str, str], ...]
    accepted_by: int | None
    today: date
    seen: int


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence; `why` says why it was withdrawn or is disputed. It is `in_force` if nothing is against it.

    `witness` says who recorded it and who could check it. `openable` is the link as a button can open it, `file_id` the
    kept file. `may_check` says that this reader may say what the reference shows, and has not yet.
    `said` is its grade as a sentence, or what ended it; `part` is that of who attests it. `may_rise` says that
    isolating our share would make it worth more.
    `unconfirmed` is the person whom the customer's answer is said to be from, while nobody else has confirmed that.
    `elsewhere` counts the other customers at which the same link or file stands.
    """

    evidence_id: int
    outcome: str
    what: str
    as_of: date
    attestor: str | None
    part: str | None
    link: str | None
    witness: str
    openable: str | None
    file_id: int | None
    may_check: bool
    said: str | None
    state: PieceState
    why: str | None
    in_force: bool
    may_rise: bool
    unconfirmed: str | None = None
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class NotShownFormView:
    """Asks who opened a reference what it shows instead of what the piece says."""

    evidence_id: int
    outcome: str
    what: str
    seen: int


@dataclass(frozen=True, slots=True)
class EvidenceNotShownView:
    """Tells an account's owner that a reference did not show what a piece says; `what` is the piece, `note` why."""

    account_id: int
    account: str
    outcome: str
    what: str
    as_of: date
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceUpgradeView:
    """What the rule of witness makes of a portfolio's older evidence.

    `without` pieces have no reference, `linked` have one that nobody has opened yet, in `customers` accounts.
    """

    portfolio_id: int
    portfolio: str
    without: int
    linked: int
    customers: int
    links_until: date
    lenient_until: date


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """An agreement to the terms of an outcome in a sentence; `may_look` says that this reader's look would count."""

    terms_id: int
    text: str
    link: str | None
    openable: str | None
    file_id: int | None
    may_look: bool


@dataclass(frozen=True, slots=True)
class AgreementNotShownFormView:
    """The form that asks what a link or file shows instead of an agreement."""

    terms_id: int
    outcome: str
    seen: int


@dataclass(frozen=True, slots=True)
class AgreementVoidView:
    """Tells the owner that what was to show an agreement does not, and what it shows."""

    account_id: int
    account: str
    outcome: str
    by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """All evidence of an account, the newest first; `seen` is the share of success that others have seen, where that is
    less than what is proven.

    `agreements` are those by which the terms of its outcomes hold.
    """

    account_id: int
    account: str
    coverage: str
    seen: str | None
    outcomes: int
    lines: tuple[EvidenceLine, ...]
    can_write: bool
    today: date
    agreements: tuple[AgreementLine, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRecordedView:
    """What a new piece of evidence did to its outcome: the grade it has now, and why not more.

    `may_rise` says that the piece is confirmed, so that isolating our share would make it worth more; `share_known`
    that it is worked out already.
    `before_contract` is the day on which the contract started, for a piece as of an earlier day.
    """

    evidence_id: int

    account_id: int
    account: str
    outcome: str
    reason: str
    proven: bool
    may_rise: bool
    share_known: bool
    coverage: str
    outcomes: int
    witness: str
    before_contract: date | None = None


@dataclass(frozen=True, slots=True)
class SpotPiece:
    """One drawn piece. `openable` is its link as a button can open it, `file_id` its kept file.

    `verdict` is what was said of it, by `by`. `is_there` is False once it was withdrawn or replaced without an answer.
    """

    spot_check_id: int
    evidence_id: int
    account: str
    outcome: str
    what: str
    as_of: date
    recorded_by: str | None
    openable: str | None
    link: str | None
    file_id: int | None
    verdict: CheckVerdict | None
    by: str | None
    note: str | None
    is_there: bool


@dataclass(frozen=True, slots=True)
class SpotCheckView:
    """What a digest asks somebody to look at who neither has the account nor recorded the piece."""

    portfolio: str
    pieces: tuple[SpotPiece, ...]

    @property
    def waiting(self) -> int:
        """How many are still to be looked at."""
        return sum(piece.verdict is None and piece.is_there for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class SpotNotShownFormView:
    """Asks who was drawn to look at a reference what it shows instead of what the piece says."""

    spot_check_id: int
    outcome: str
    what: str
    seen: int
