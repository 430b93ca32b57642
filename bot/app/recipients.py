"""Who a message about an account or a portfolio goes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.outbox.types import Destination
from bot.store import accounts, members, portfolios, workspaces
from bot.store.members import Member
from bot.store.portfolios import Portfolio


def answerable(session: Session, account: Account, at: datetime | None = None) -> Member | None:
    """Who answers for an account: owner, else deputy, else the portfolio's manager; only people whom Slack reaches.

    With `at`, whoever is away at that moment is passed over (`there`).
    """
    return there(turns(session, [account])[account.id], at)


def answering_among(session: Session, batch: Collection[Account]) -> dict[int, Member | None]:
    """Who answers for each of these accounts, in two queries, whether they are away just now or not."""
    return {account_id: there(people, None) for account_id, people in turns(session, batch).items()}


def there(people: Sequence[Member], at: datetime | None) -> Member | None:
    """The first of these people who is not away at a moment; the last one if all are, as somebody must be asked."""
    here = (member for member in people if at is None or not member.is_away(at))
    return next(here, people[-1] if people else None)


def turns(session: Session, batch: Collection[Account]) -> dict[int, Sequence[Member]]:
    """Owner, deputy and manager of each of these accounts, in this order, as far as Slack reaches them; two queries."""
    workspace_ids = {account.workspace_id for account in batch}
    portfolio_ids = {account.portfolio_id for account in batch if account.portfolio_id is not None}
    managers = portfolios.managers(session, workspace_ids, portfolio_ids)
    turns = {
        account.id: (account.owner_id, account.deputy_id, managers.get(account.portfolio_id or 0)) for account in batch
    }
    member_by_id = members.by_ids(session, workspace_ids, {member_id for turn in turns.values() for member_id in turn})
    reachable: dict[int | None, Member] = {
        member.id: member for member in member_by_id.values() if member.slack_id and not member.is_deactivated
    }
    return {account.id: list(_of_its_workspace(account, turns[account.id], reachable)) for account in batch}


def _of_its_workspace(
    account: Account, turn: Iterable[int | None], reachable: Mapping[int | None, Member]
) -> Iterator[Member]:
    """Those of `turn` whom Slack reaches and who are of the account's own workspace."""
    people = (reachable[member_id] for member_id in turn if member_id in reachable)
    return (member for member in people if member.workspace_id == account.workspace_id)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the news of an account goes: the portfolio's channel, else its manager, else the account's owner."""

    workspace_id: int
    to: str
    destination: Destination


def of_portfolio(session: Session, portfolio: Portfolio | None) -> Recipient | None:
    """The portfolio's channel, or its manager where the channel is missing or lost; None without either."""
    if portfolio is None:
        return None
    if portfolio.channel and portfolio.channel_lost_at is None:
        return Recipient(portfolio.workspace_id, portfolio.channel, Destination.CHANNEL)
    return of_member(reached(session, portfolio.workspace_id, portfolio.manager_id))


def of_report(session: Session, portfolio: Portfolio) -> Recipient | None:
    """Who reads a portfolio's digest: its channel or manager, an admin once both are gone; None if it names neither."""
    if recipient := of_portfolio(session, portfolio):
        return recipient
    return of_admin(session, portfolio.workspace_id) if _named_readers(portfolio) else None


def _named_readers(portfolio: Portfolio | None) -> bool:
    return portfolio is not None and (portfolio.channel is not None or portfolio.manager_id is not None)


def of_manager(session: Session, portfolio: Portfolio) -> Recipient | None:
    """The portfolio's manager, else an admin of the workspace; None if Slack reaches neither."""
    manager = of_member(reached(session, portfolio.workspace_id, portfolio.manager_id))
    return manager or of_admin(session, portfolio.workspace_id)


def of_admin(session: Session, workspace_id: int) -> Recipient | None:
    """An admin of the workspace whom Slack reaches."""
    slack_id = workspaces.admin_of(session, workspace_id)
    return Recipient(workspace_id, slack_id, Destination.USER) if slack_id else None


def of_account(session: Session, account: Account, portfolio: Portfolio | None) -> Recipient | None:
    """Where to send news of this account: its portfolio's channel or manager, else its owner or deputy.

    When they have left, or the portfolio's manager has and nobody owns it, an admin gets the news, because nobody else
    would notice. None if Slack reaches nobody.
    """
    if recipient := of_portfolio(session, portfolio):
        return recipient
    turn = (account.owner_id, account.deputy_id)
    people = [members.by_id(session, account.workspace_id, member_id) for member_id in turn]
    if recipient := next((recipient for member in people if (recipient := of_member(member))), None):
        return recipient
    has_left = any(member and member.is_deactivated for member in people)
    return of_admin(session, account.workspace_id) if has_left or _named_readers(portfolio) else None


def of_member(member: Member | None) -> Recipient | None:
    """The direct messages of a member whom Slack reaches."""
    if member is None or member.slack_id is None or member.is_deactivated:
        return None
    return Recipient(member.workspace_id, member.slack_id, Destination.USER)


def reached(session: Session, workspace_id: int, member_id: int | None) -> Member | None:
    """A member of this workspace, if Slack reaches them."""
    member = members.by_id(session, workspace_id, member_id)
    return member if member and member.slack_id and not member.is_deactivated else None


def of_managers(session: Session, workspace_id: int, portfolio_id: int | None) -> Recipient | None:
    """Where the news of a portfolio goes: its channel or manager, else an admin of the workspace."""
    portfolio = portfolios.in_workspace(session, workspace_id, portfolio_id)
    if portfolio is None:
        return of_admin(session, workspace_id)
    return of_portfolio(session, portfolio) or of_manager(session, portfolio)


def manager_or_admin(session: Session, workspace_id: int, portfolio_id: int | None) -> Recipient | None:
    """The manager of a portfolio, or an admin where there is no such portfolio or manager."""
    portfolio = portfolios.in_workspace(session, workspace_id, portfolio_id)
    return of_manager(session, portfolio) if portfolio else of_admin(session, workspace_id)


def of_accounts(session: Session, workspace_id: int, account_ids: list[int]) -> Recipient | None:
    """Where one message on many accounts goes: to whoever stands in for most of them, else to an admin."""
    batch = accounts.by_ids(session, workspace_id, account_ids).values()
    deputy_counts = Counter(account.deputy_id for account in batch).most_common()
    portfolio_counts = Counter(account.portfolio_id for account in batch).most_common()
    managers = portfolios.managers(session, [workspace_id], [home for home, _ in portfolio_counts if home is not None])
    in_turn = [deputy for deputy, _ in deputy_counts] + [managers.get(home or 0) for home, _ in portfolio_counts]
    member_by_id = members.by_ids(session, [workspace_id], in_turn)
    candidates = (of_member(member_by_id.get(member_id or 0)) for member_id in in_turn)
    return next((candidate for candidate in candidates if candidate), None) or of_admin(session, workspace_id)
