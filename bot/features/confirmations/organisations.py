"""Says whose organisation it is: binds a Slack organisation or a mail domain to an account, and ends that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import stranger
from bot.app.actor import Actor, UserError
from bot.app.free_mail import FREE_MAIL_DOMAINS
from bot.app.shown import hold
from bot.domain.account.organisations import CustomerOrg, Unbindable, mail_domain, why_unbindable
from bot.domain.enums import BoundHow
from bot.domain.labels import label
from bot.domain.model import Account
from bot.features.confirmations import queries
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.features.confirmations.views import BoundLine, OrganisationSavedView, OrganisationView
from bot.features.confirmations.vouching import must_vouch
from bot.store import confirmations, ledger, members
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class Team:
    """A Slack organisation that shares a channel with us: its id, what Slack calls it, and the mail domains of those of
    its people whose address Slack shows."""

    slack_team: str
    name: str
    mail_domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewBinding:
    """What the form says: the organisations that share the chosen channel, None if none was chosen; a domain as typed.

    `customer_org_ids` are the bindings that end.
    """

    account_id: int
    teams: tuple[Team, ...] | None
    domain: str | None
    customer_org_ids: frozenset[int]


def organisation_form(session: Session, actor: Actor, account_id: int, now: datetime) -> OrganisationView:
    """The form that says whose organisation it is, with what holds already; for those who may vouch."""
    account, _ = must_vouch(session, actor, account_id, now)
    account_id = account.id
    orgs = confirmations.orgs_of(session, account)
    names = members.names(session, [account.workspace_id], {org.bound_by for org in orgs})
    return OrganisationView(account_id, account.name, tuple(_line(org, names) for org in orgs))


def saved_view(session: Session, actor: Actor, account_id: int, now: datetime) -> OrganisationSavedView:
    """What is bound to an account now, for those who may vouch."""
    form = organisation_form(session, actor, account_id, now)
    return OrganisationSavedView(form.account, form.bound)


def bind(session: Session, actor: Actor, new: NewBinding, now: datetime) -> int:
    """Bind what the form says, and end what it unticks; returns the account's id. Bound already changes nothing."""
    account, how = must_vouch(session, actor, new.account_id, now)
    hold(session, account.id, now)
    orgs = confirmations.orgs_of(session, account)
    _end(session, actor, account, new.customer_org_ids, now)
    if new.teams is None and not (new.domain or "").strip():
        if not new.customer_org_ids:
            raise UserError(ConfirmationRefusal.ORG_MISSING, "channel")
        return account.id
    binder = _Binder(session, actor, account, how, now)
    if new.teams is not None:
        binder.bind_team(new.teams, orgs)
    if (new.domain or "").strip():
        binder.bind_domain(new.domain or "", orgs)
    return account.id


@dataclass(frozen=True, slots=True)
class _Binder:
    """Writes bindings of one account, for somebody who may vouch."""

    session: Session
    actor: Actor
    account: Account
    how: BoundHow
    now: datetime

    def bind_team(self, sharing: tuple[Team, ...], orgs: list[CustomerOrg]) -> None:
        own = queries.team_of(self.session, self.account.workspace_id)
        teams = [team for team in sharing if team.slack_team != own]
        if not teams:
            raise UserError(ConfirmationRefusal.CHANNEL_NOT_SHARED, "channel")
        if len(teams) > 1:
            raise UserError(ConfirmationRefusal.ORGS_SEVERAL, "channel", teams=[team.name for team in teams])
        [team] = teams
        if ours := sorted(domain for domain in team.mail_domains if is_our_mail(self.session, self.account, domain)):
            raise UserError(ConfirmationRefusal.TEAM_OURS, "channel", team=team.name, domain=ours[0])
        if all(org.slack_team_id != team.slack_team for org in orgs):
            self._add(slack_team_id=team.slack_team, name=team.name)

    def bind_domain(self, typed: str, orgs: list[CustomerOrg]) -> None:
        domain = mail_domain(typed)
        ours = confirmations.mail_domains_of_ours(self.session, self.account.workspace_id)
        problem = why_unbindable(domain, ours, FREE_MAIL_DOMAINS)
        match problem:
            case Unbindable.OURS:
                raise UserError(ConfirmationRefusal.DOMAIN_OURS, "domain", domain=domain)
            case Unbindable.FREE_MAIL:
                raise UserError(ConfirmationRefusal.DOMAIN_FREE_MAIL, "domain", domain=domain)
            case Unbindable.NO_DOMAIN:
                raise UserError(ConfirmationRefusal.NO_DOMAIN, "domain")
        if all(org.mail_domain != domain for org in orgs):
            self._add(mail_domain=domain)

    def _add(self, **what: Any) -> None:
        by, account = self.actor.member.id, self.account
        row: dict[str, Any] = {"workspace_id": account.workspace_id, "account_id": account.id, **what}
        row |= {"bound_by": by, "bound_how": self.how, "bound_at": self.now}
        ledger.add(self.session, self.actor.author, Entity.CUSTOMER_ORG, self.now, **row)


def is_our_mail(session: Session, account: Account, address: str | None) -> bool:
    """Whether an address or mail domain is that of our own people; one that anybody can have is not.

    A second Slack of ours, or somebody of ours with an account in another one, is no customer.
    """
    domain = mail_domain(address or "")
    ours = confirmations.mail_domains_of_ours(session, account.workspace_id)
    return why_unbindable(domain, ours - FREE_MAIL_DOMAINS, FREE_MAIL_DOMAINS) is Unbindable.OURS


def _end(session: Session, actor: Actor, account: Account, org_ids: frozenset[int], now: datetime) -> None:
    theirs = {org.id for org in confirmations.orgs_of(session, account)}
    for org_id in sorted(org_ids):
        if org_id not in theirs:
            gone = UserError(ConfirmationRefusal.BINDING_ENDED, "ended")
            raise stranger(session, account, Entity.CUSTOMER_ORG, org_id, gone)
        ledger.change(session, actor.author, Entity.CUSTOMER_ORG, org_id, now, only_if={"ended_at": None}, ended_at=now)


def _line(org: CustomerOrg, names: dict[int, str]) -> BoundLine:
    name = org.mail_domain or org.name or org.slack_team_id or ""
    by = names.get(org.bound_by) if org.bound_by else None
    return BoundLine(org.id, name, org.mail_domain is not None, label(org.bound_how), by, org.bound_at.date())
