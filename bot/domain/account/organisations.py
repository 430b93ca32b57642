"""Whose word is the customer's: which organisations and addresses are bound to an account, and who is who in Slack.

From DESIGN, Witness: `customer` and `message` hold only for an organisation or mail domain that is bound to the account
by the CRM import, an admin, or a manager who does not own it; never for ours, never for free mail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.enums import BoundHow, ConfirmationState, KnownHow
from bot.domain.model import Account

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_LONGEST_DOMAIN = 253


@dataclass(frozen=True, slots=True)
class CustomerOrg:
    """A Slack organisation or a mail domain that is the customer's; exactly one of the two is given.

    `name` is what Slack calls the organisation. It holds from `bound_at` until `ended_at`.
    """

    id: int
    workspace_id: int
    account_id: int
    slack_team_id: str | None
    mail_domain: str | None
    name: str | None
    bound_by: int | None
    bound_how: BoundHow
    bound_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Which person of the customer a Slack user of another organisation is.

    It is `proposed_by` a member of ours, and known once `known_how` says why: until then the person is only said to be
    who the account team says.
    """

    id: int
    account_id: int
    person_id: int
    slack_user_id: str | None
    slack_team_id: str
    name: str | None
    proposed_by: int | None
    proposed_at: datetime
    known_how: KnownHow | None = None
    known_by: int | None = None
    known_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.known_how is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question to a person of the customer about one piece of evidence or one acceptance of the packet.

    It is posted in a channel that they share with us.

    `person_slack_id` is whom it asks, `answered_by` who answered (both a `SlackIdentity`). `words` and `value` are what
    they said. It is `counted_at` a moment once it is known who said it; until then it is nobody's word.
    """

    id: int
    account_id: int
    evidence_id: int | None
    person_slack_id: int
    channel: str
    asked_by: int
    asked_at: datetime
    acceptance_id: int | None = None
    state: ConfirmationState = ConfirmationState.OPEN
    answered_by: int | None = None
    answered_at: datetime | None = None
    words: str | None = None
    value: Decimal | None = None
    link: str | None = None
    new_evidence_id: int | None = None
    counted_at: datetime | None = None


class Unbindable(StrEnum):
    """Why a domain or organisation can be nobody's proof."""

    NO_DOMAIN = "no_domain"
    OURS = "ours"
    FREE_MAIL = "free_mail"


def mail_domain(typed: str) -> str | None:
    """The mail domain in a domain, an email address or a web address, in lower case; None if there is none in it.

    `https://www.halden.example/about` and `ingrid@halden.example` are both `halden.example`.
    """
    text = typed.strip().lower()
    text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text)
    text = re.split(r"[/?#\s]", text, maxsplit=1)[0].rpartition("@")[2]
    text = text.partition(":")[0].rstrip(".").removeprefix("www.")
    if len(text) > _LONGEST_DOMAIN:  # the work of `idna` grows with the square of the length
        return None
    try:
        domain = text.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = domain.split(".")
    is_domain = len(labels) >= 2 and all(_LABEL.match(label) for label in labels) and not labels[-1].isdigit()
    return domain if is_domain and len(domain) <= _LONGEST_DOMAIN else None


def belongs_to(domain: str, domains: Collection[str]) -> bool:
    """Whether a domain is one of these, or below one of them."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels) - 1))


def why_unbindable(domain: str | None, ours: Collection[str], free: Collection[str]) -> Unbindable | None:
    """Why a mail domain cannot be bound to an account; None where it can. `ours` are the domains of our own people."""
    if domain is None:
        return Unbindable.NO_DOMAIN
    if belongs_to(domain, free):
        return Unbindable.FREE_MAIL
    related = belongs_to(domain, ours) or any(belongs_to(own, {domain}) for own in ours)
    return Unbindable.OURS if related else None


def may_vouch(account: Account, member_id: int, *, is_admin: bool, is_manager: bool) -> BoundHow | None:
    """As what a colleague may say whose organisation it is and who a person is; None for those who may not.

    Owner and deputy are judged by the record, so they may not, whatever else they are: also as admin or manager.
    """
    if member_id in (account.owner_id, account.deputy_id):
        return None
    if is_admin:
        return BoundHow.ADMIN
    return BoundHow.MANAGER if is_manager else None


def org_of_team(orgs: Iterable[CustomerOrg], team_id: str) -> CustomerOrg | None:
    """The binding that makes a Slack organisation the customer's; None if it is not bound, or no longer."""
    return next((org for org in orgs if org.slack_team_id == team_id and org.ended_at is None), None)


def has_domain(orgs: Iterable[CustomerOrg], address: str) -> bool:
    """Whether an email address is of a mail domain that is bound."""
    domain = mail_domain(address)
    bound = {org.mail_domain for org in orgs if org.mail_domain and org.ended_at is None}
    return domain is not None and belongs_to(domain, bound)
