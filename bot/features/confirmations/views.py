"""What the forms and messages of confirmations show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import ConfirmationState


@dataclass(frozen=True, slots=True)
class PieceChoice:
    """What somebody can be asked about; `value` names the piece or acceptance, `what` is the claim about `title`."""

    value: str
    title: str
    what: str
    as_of: date


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A person at the customer to choose from."""

    id: int
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class AskConfirmationView:
    """The form that asks for a confirmation: about which piece, whom, and where. `chosen` is chosen already."""

    account_id: int
    account: str
    pieces: tuple[PieceChoice, ...]
    chosen: str | None
    people: tuple[CustomerChoice, ...]


@dataclass(frozen=True, slots=True)
class UserChoice:
    """Somebody of the customer's organisation in the channel; `slack_user` is their Slack id."""

    slack_user: str
    name: str


@dataclass(frozen=True, slots=True)
class AskWhoView:
    """Asks which of those in the channel the person is; `likely` is the Slack id of the one of the same name.

    `about` names the piece or acceptance.
    """

    about: str
    person_id: int
    channel: str
    account: str
    person: str
    users: tuple[UserChoice, ...]
    likely: str | None


@dataclass(frozen=True, slots=True)
class AskedView:
    """Says that somebody was asked, and what happens next; `voucher` is who has to say that it is that person."""

    account: str
    person: str
    what: str
    channel: str
    is_known: bool
    voucher: str | None


@dataclass(frozen=True, slots=True)
class BoundLine:
    """An organisation or mail domain that is the customer's, and who said so."""

    id: int
    name: str
    is_domain: bool
    how: str
    by: str | None
    on: date


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The form that says whose organisation it is; `bound` is what holds already."""

    account_id: int
    account: str
    bound: tuple[BoundLine, ...]


@dataclass(frozen=True, slots=True)
class OrganisationSavedView:
    """What is bound to an account now."""

    account: str
    bound: tuple[BoundLine, ...]


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """The question as it stands in the shared channel: the claim alone, in the customer's words, with `money` if
    somebody is said to have accepted it.

    `user` is the Slack id of whom it asks. With `answered_by` it shows what they said; `over` says that it needs no
    answer any more.
    """

    confirmation_id: int
    asker: str
    user: str
    person: str
    organisation: str
    title: str
    figure: str | None
    words: str | None
    money: str | None
    as_of: date
    can_correct: bool
    state: ConfirmationState
    answered_by: str | None
    answered_on: date | None
    corrected_to: str | None
    over: bool


@dataclass(frozen=True, slots=True)
class NotAskedView:
    """Tells who asked that the question could not be posted."""

    person: str
    title: str
    channel: str


@dataclass(frozen=True, slots=True)
class CorrectView:
    """The form in which a person of the customer says what is right; `unit` is that of a number."""

    confirmation_id: int
    title: str
    what: str
    as_of: date
    is_number: bool
    unit: str | None


@dataclass(frozen=True, slots=True)
class DisagreeView:
    """The form in which a person of the customer says what is wrong."""

    confirmation_id: int
    title: str
    what: str
    as_of: date


@dataclass(frozen=True, slots=True)
class ThanksView:
    """What a person of the customer sees after their form."""

    asker: str


@dataclass(frozen=True, slots=True)
class ConfirmationAnsweredView:
    """Tells the owner what came back, and what it did.

    `is_known` says that it counts; else `voucher` decides, or has decided that it `is_wrong`: somebody else.
    """

    account_id: int
    account: str
    person: str
    title: str
    what: str
    state: ConfirmationState
    words: str | None
    corrected_to: str | None
    is_known: bool
    is_wrong: bool
    voucher: str | None
    reason: str
    coverage: str


@dataclass(frozen=True, slots=True)
class PersonQuestionView:
    """Asks somebody who does not look after the account whether a Slack user is the person that they are said to be.

    `settled` is what was decided: yes, no, or None while it is open; `by` is the Slack id of who decided.
    """

    identity_id: int
    account: str
    proposer: str
    user: str
    user_name: str
    organisation: str
    person: str
    part: str
    settled: bool | None
    by: str | None
