"""Whose organisation it is, which person a Slack user of theirs is, and what they were asked to confirm."""

from __future__ import annotations

from sqlalchemy import Column, Table

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id
from bot.store.types import Clean, Exact, Key, UtcDateTime, Word, bytewise

customer_org = Table(
    "customer_org",
    metadata,
    row_id(),
    ref("workspace_id", "workspace", nullable=False),
    of_account(),
    Column("slack_team_id", Key),
    Column("mail_domain", bytewise(253)),
    Column("name", Clean),
    ref("bound_by", "member"),
    Column("bound_how", Word(enums.BoundHow), nullable=False),
    Column("bound_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

person_slack = Table(
    "person_slack",
    metadata,
    row_id(),
    of_account(),
    ref("person_id", "person", nullable=False),
    Column("slack_user_id", Key),
    Column("slack_team_id", Key, nullable=False),
    Column("name", Clean),
    ref("proposed_by", "member"),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("known_how", Word(enums.KnownHow)),
    ref("known_by", "member"),
    Column("known_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
)

confirmation = Table(
    "confirmation",
    metadata,
    row_id(),
    of_account(),
    # One of the two is given.
    ref("evidence_id", "evidence", index=True),
    ref("acceptance_id", "acceptance", index=True),
    ref("person_slack_id", "person_slack", nullable=False),
    Column("channel", Key, nullable=False),
    ref("asked_by", "member", nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", Word(enums.ConfirmationState), nullable=False, server_default="open"),
    ref("answered_by", "person_slack"),
    Column("answered_at", UtcDateTime),
    Column("words", Clean),
    Column("value", Exact),
    Column("link", Clean),
    # The piece that a correction added.
    loose_ref("new_evidence_id"),
    # When what was said began to count: at once, or when somebody said who it was.
    Column("counted_at", UtcDateTime),
)
