"""The kinds of message that evidence sends: a failed look, what the upgrade makes of older evidence, spot checks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.evidence import agreement_looks, not_shown, queries, spot_checks, upgrade_notice
from bot.features.evidence.spot_draw import SPOT_CHECK
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed
from bot.store import accounts, entities, portfolios
from bot.store.entities import Entity


def _of_check(session: Session, row: Claimed) -> Recipient | None:
    check = entities.row_of(session, row.workspace_id, Entity.EVIDENCE_CHECK, row.args["check_id"])
    account = accounts.in_workspace(session, row.workspace_id, check["account_id"]) if check is not None else None
    if account is None:
        return None
    portfolio = portfolios.in_workspace(session, row.workspace_id, account.portfolio_id)
    return recipients.of_account(session, account, portfolio)


KINDS = (
    MessageKind(
        "evidence_not_shown",
        queries.NOT_SHOWN_KEY,
        each(not_shown.compose_not_shown),
        _of_check,
        Retention(Posts.GO),
    ),
    MessageKind(
        agreement_looks.VOID,
        queries.AGREEMENT_VOID_KEY,
        each(agreement_looks.compose_void),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.GO),
    ),
    MessageKind(
        SPOT_CHECK,
        queries.SPOT_CHECK_KEY,
        each(spot_checks.compose_spot_check),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.STAY, updated=True),
    ),
    # It is told once: its key must not go.
    MessageKind(
        "evidence_upgrade",
        queries.UPGRADE_KEY,
        each(upgrade_notice.compose_upgrade),
        lambda session, row: recipients.of_admin(session, row.workspace_id),
        Retention(Posts.STAY),
    ),
)
