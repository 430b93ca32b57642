"""Who hears what somebody who left, or a channel that is lost, can no longer be told.

News of an account goes to its desk of today (`telling.desk_of`), what only the owner was told to whoever answers now
(owner, deputy, manager), what a manager was told to the manager of today, else to an admin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.domain.words import Tier
from bot.outbox.outcome import Claimed
from bot.services import prompting, telling
from bot.services.telling import Desk
from bot.store import accounts, digests, loop_rows, members, portfolios, risks, touch_rows
from bot.store.portfolios import Portfolio


def desk_for(session: Session, row: Claimed) -> Desk | None:
    """Where a refused message goes instead; None if nobody else is left, or its kind has no stand-in."""
    found = _DESKS[row.kind](session, row) if row.kind in _DESKS else None
    return None if found is None or found.to == row.channel else found


def _of_risk(session: Session, row: Claimed) -> Desk | None:
    risk = risks.by_id(session, row.args["risk_id"])
    account = accounts.by_id(session, risk.account_id) if risk else None
    return telling.desk_of(session, account, _portfolio(session, account)) if account else None


def _of_loop(session: Session, row: Claimed) -> Desk | None:
    """What a loop's team is asked goes to the manager, who can ask them; without one, back to who answers."""
    account = _account_of_action(session, row)
    portfolio = _portfolio(session, account)
    manager = telling.desk_of_member(members.by_id(session, portfolio.manager_id)) if portfolio else None
    return manager or _answering(session, account)


def _of_loop_answered(session: Session, row: Claimed) -> Desk | None:
    return _answering(session, _account_of_action(session, row))


def _of_digest(session: Session, row: Claimed) -> Desk | None:
    digest = digests.by_id(session, row.args["digest_id"])
    return _of_managers(session, row.workspace_id, digest.portfolio_id if digest else None)


def _of_portfolio(session: Session, row: Claimed) -> Desk | None:
    if row.args.get("owner_id") is not None:
        return _of_accounts(session, row, accounts.ids_of(session, row.args["owner_id"]))
    return _of_managers(session, row.workspace_id, row.args["portfolio_id"])


def _of_owner(tier: Tier) -> Callable[[Session, Claimed], Desk | None]:
    return lambda session, row: _of_accounts(session, row, touch_rows.accounts_of(session, row.args["member_id"], tier))


def _of_admin(session: Session, row: Claimed) -> Desk | None:
    return telling.desk_of_admin(session, row.workspace_id)


def _of_accounts(session: Session, row: Claimed, account_ids: list[int]) -> Desk | None:
    """One message on many accounts goes to whoever stands in for most of them; else to an admin."""
    held = risks.accounts_by_ids(session, account_ids).values()
    deputies = Counter(account.deputy_id for account in held).most_common()
    homes = Counter(account.portfolio_id for account in held).most_common()
    managers = portfolios.managers(session, [home for home, _ in homes if home is not None])
    in_turn = [deputy for deputy, _ in deputies] + [managers.get(home or 0) for home, _ in homes]
    known = members.by_ids(session, in_turn)
    desks = (telling.desk_of_member(known.get(member_id or 0)) for member_id in in_turn)
    return next((desk for desk in desks if desk), None) or _of_admin(session, row)


def _of_managers(session: Session, workspace_id: int, portfolio_id: int | None) -> Desk | None:
    portfolio = portfolios.by_id(session, portfolio_id)
    if portfolio is None:
        return telling.desk_of_admin(session, workspace_id)
    return telling.desk_of_portfolio(session, portfolio) or telling.desk_of_manager(session, portfolio)


def _of_manager(session: Session, row: Claimed) -> Desk | None:
    portfolio = portfolios.by_id(session, row.args["portfolio_id"])
    return telling.desk_of_manager(session, portfolio) if portfolio else _of_admin(session, row)


def _answering(session: Session, account: Account | None) -> Desk | None:
    return telling.desk_of_member(prompting.answerable(session, account)) if account else None


def _account_of_action(session: Session, row: Claimed) -> Account | None:
    action = loop_rows.by_id(session, row.args["action_id"])
    return accounts.by_id(session, action.account_id) if action else None


def _portfolio(session: Session, account: Account | None) -> Portfolio | None:
    return portfolios.by_id(session, account.portfolio_id) if account else None


_DESKS: dict[str, Callable[[Session, Claimed], Desk | None]] = {
    "risk": _of_risk,
    "risk-note": _of_risk,
    "risks-more": _of_portfolio,
    "unclaimed": _of_manager,
    "digest": _of_digest,
    "digest-rest": _of_digest,
    "loop": _of_loop,
    "loop_answered": _of_loop_answered,
    "batch": _of_owner(Tier.TECH_TOUCH),
    "trigger": _of_owner(Tier.LOW_TOUCH),
    "channel_lost": _of_manager,
    "undelivered": _of_admin,
}
