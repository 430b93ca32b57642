"""`/proof acme edit`: what an account is called, who has it, and where it is found in other systems.

Whoever may write the account may rename it, give it to somebody and name a deputy. To which portfolio it belongs, its
id in the CRM and its domain say whose figures and whose words count, so managers and admins set these. ARR and renewal
date are not in this form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account, writable
from bot.app.actor import Actor, UserError, may_manage
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import colleague_of
from bot.domain.model import Account
from bot.domain.proof.reference import is_openable
from bot.domain.values import slugs
from bot.features.confirmations import organisations
from bot.features.confirmations.organisations import NewBinding
from bot.features.confirmations.vouching import must_vouch
from bot.features.handover import handover, queries
from bot.features.handover.refusals import HandoverRefusal
from bot.features.handover.views import AccountSavedView, EditAccountView
from bot.store import accounts, confirmations, ledger, members, portfolios
from bot.store.entities import Entity
from bot.store.members import Member

_SHOWN = ("name", "owner_id", "deputy_id", "portfolio_id", "external_id", "crm_link")
_FIELDS = {"owner_id": "owner", "deputy_id": "deputy", "portfolio_id": "portfolio"}
_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class AccountEdit:
    """The form as typed. Without `owner_slack_id` the owner stays; without `deputy_slack_id` the deputy does, unless
    `no_deputy`. A field that the form did not show is None; one that was emptied is ""."""

    account_id: int
    name: str
    owner_slack_id: str | None = None
    deputy_slack_id: str | None = None
    no_deputy: bool = False
    portfolio_id: int | None = None
    external_id: str | None = None
    domain: str | None = None
    crm_link: str | None = None


def edit_form(session: Session, actor: Actor, account_id: int, now: datetime) -> EditAccountView:
    """What the form shows: what this actor may change."""
    account = writable(session, actor, account_id)
    seen = version_of_account(session, actor, account.id)
    people = members.by_ids(session, [account.workspace_id], [account.owner_id, account.deputy_id])
    owner, deputy = people.get(account.owner_id or 0), people.get(account.deputy_id or 0)
    manages = may_manage(session, actor, account.portfolio_id)
    homes = portfolios.of_workspace(session, account.workspace_id) if manages else []
    return EditAccountView(
        account_id=account.id,
        name=account.name,
        slug=account.slug,
        owner=_in_slack(owner),
        owner_name=owner.name if owner else None,
        deputy=_in_slack(deputy),
        deputy_name=deputy.name if deputy else None,
        portfolio_id=account.portfolio_id,
        portfolios=tuple((home.id, home.name) for home in homes),
        may_identify=manages,
        external_id=account.external_id,
        domain=_domain(session, account) or "" if _may_vouch(session, actor, account, now) else None,
        crm_link=account.crm_link,
        seen=seen,
    )


def edit_account(session: Session, actor: Actor, new: AccountEdit, now: datetime) -> int:
    """Change what the form says of an account; returns its id. A new owner gets what was open (`handover`)."""
    account = writable(session, actor, new.account_id)
    shown = ShownRow(Entity.ACCOUNT, account.id, _SHOWN, _FIELDS)
    must_be_as_shown(session, actor, account.id, now, shown, *_shown_domains(session, account, new))
    account = account_of(session, actor, account.id)
    name = _name(session, account, new)
    values = {**_team(session, actor, account, new), **_record(session, actor, account, new)}
    owner = _owner(session, actor, account, new)
    if owner is not None and values.get("deputy_id", account.deputy_id) == owner.id and new.deputy_slack_id:
        raise UserError(HandoverRefusal.DEPUTY_IS_OWNER, "deputy", name=owner.name)
    _bind(session, actor, account, new, now)
    accounts.rename(session, actor.author, account, name, now)
    ledger.change(session, actor.author, Entity.ACCOUNT, account.id, now, **values)
    if owner is not None:
        handover.give(session, actor, [account_of(session, actor, account.id)], owner, now)
    return account.id


def saved_view(session: Session, actor: Actor, account_id: int, now: datetime) -> AccountSavedView:
    """What an account is called now and who has it."""
    account = account_of(session, actor, account_id)
    owner = members.by_id(session, account.workspace_id, account.owner_id)
    return AccountSavedView(account.id, account.name, account.slug, owner.name if owner else None, None)


def given_view(session: Session, actor: Actor, account_id: int, now: datetime) -> AccountSavedView:
    """The same once it was handed over, with what takes that back."""
    line_id = handover.line_of(session, account_of(session, actor, account_id), actor)
    undo = f"{account_id}:{line_id}" if line_id is not None else None
    return replace(saved_view(session, actor, account_id, now), undo=undo)


def _name(session: Session, account: Account, new: AccountEdit) -> str:
    name = " ".join(new.name.split())
    slug = slugs.slug(name)[:72]
    if not slug:
        raise UserError(HandoverRefusal.NAME_MISSING, "name")
    if slug != slugs.slug(account.name)[:72]:
        accounts.lock_name(session, account.workspace_id, slug)
        other = queries.other_with(session, account, "slug", slug)
        if other is not None:
            raise UserError(HandoverRefusal.NAME_TAKEN, "name", account=other[0], slug=other[1])
    return name


def _owner(session: Session, actor: Actor, account: Account, new: AccountEdit) -> Member | None:
    """Who gets the account; None where it stays with who has it."""
    if not new.owner_slack_id:
        return None
    owner = members.by_slack_id(session, account.workspace_id, new.owner_slack_id)
    if owner is not None and owner.id == account.owner_id:
        return None
    owner = colleague_of(session, actor, new.owner_slack_id)
    if owner is None:
        raise UserError(HandoverRefusal.OWNER_NOT_A_MEMBER, "owner")
    return owner


def _team(session: Session, actor: Actor, account: Account, new: AccountEdit) -> dict[str, Any]:
    """The deputy and the portfolio that the form names, if it does."""
    values: dict[str, Any] = {}
    if new.no_deputy:
        values["deputy_id"] = None
    elif new.deputy_slack_id:
        deputy = members.by_slack_id(session, account.workspace_id, new.deputy_slack_id)
        if deputy is None or deputy.id != account.deputy_id:
            deputy = colleague_of(session, actor, new.deputy_slack_id)
        if deputy is None:
            raise UserError(HandoverRefusal.OWNER_NOT_A_MEMBER, "deputy")
        if deputy.id == account.owner_id and not new.owner_slack_id:
            raise UserError(HandoverRefusal.DEPUTY_IS_OWNER, "deputy", name=deputy.name)
        values["deputy_id"] = deputy.id
    if new.portfolio_id is not None and new.portfolio_id != account.portfolio_id:
        if portfolios.in_workspace(session, account.workspace_id, new.portfolio_id) is None:
            raise no_such_account()
        both = {new.portfolio_id, account.portfolio_id} - {None}
        if not all(may_manage(session, actor, home) for home in both):
            raise UserError(HandoverRefusal.NOT_YOURS_TO_MOVE, "portfolio")
        values["portfolio_id"] = new.portfolio_id
    return values


def _record(session: Session, actor: Actor, account: Account, new: AccountEdit) -> dict[str, Any]:
    """The id and the address of the account's record in the CRM, as far as the form names them."""
    values: dict[str, Any] = {}
    if new.crm_link is not None:
        link = new.crm_link.strip() or None
        if link is not None and link != account.crm_link and not is_openable(link):
            raise UserError(HandoverRefusal.NO_LINK, "crm_link")
        values["crm_link"] = link
    if new.external_id is not None:
        external_id = new.external_id.strip()[:_LONGEST_ID] or None
        if external_id != account.external_id:
            if not may_manage(session, actor, account.portfolio_id):
                raise UserError(HandoverRefusal.NOT_YOURS_TO_MOVE, "external_id")
            other = queries.other_with(session, account, "external_id", external_id) if external_id else None
            if other is not None:
                raise UserError(HandoverRefusal.EXTERNAL_ID_TAKEN, "external_id", account=other[0], slug=other[1])
        values["external_id"] = external_id
    return values


def _bind(session: Session, actor: Actor, account: Account, new: AccountEdit, now: datetime) -> None:
    """Bind the domain that the form names in place of the one that it showed, for who may vouch for the customer."""
    before = _domain(session, account)
    domain = None if new.domain is None else new.domain.strip()
    if domain is None or domain == (before or ""):
        return
    ending = {org.id for org in confirmations.orgs_of(session, account) if before and org.mail_domain == before}
    organisations.bind(session, actor, NewBinding(account.id, None, domain or None, frozenset(ending)), now)


def _shown_domains(session: Session, account: Account, new: AccountEdit) -> list[ShownRow]:
    """The bindings that the form could show, where it showed a domain."""
    if new.domain is None:
        return []
    fields = {"": "domain", "ended_at": "domain"}
    bound = queries.domain_rows(session, account)
    rows = [ShownRow(Entity.CUSTOMER_ORG, row_id, ("ended_at",), fields) for row_id in bound]
    return [ShownRow(Entity.CUSTOMER_ORG, None, (), fields), *rows]


def _domain(session: Session, account: Account) -> str | None:
    """The domain that was bound to the account first, of those that hold."""
    return next((org.mail_domain for org in confirmations.orgs_of(session, account) if org.mail_domain), None)


def _may_vouch(session: Session, actor: Actor, account: Account, now: datetime) -> bool:
    try:
        must_vouch(session, actor, account.id, now)
    except UserError:
        return False
    return True


def _in_slack(member: Member | None) -> str | None:
    return member.slack_id if member is not None and not member.is_deactivated else None
