"""What the customer wants, what is proved, and by whom."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, UniqueConstraint, text

from bot.domain import enums
from bot.store.schema.base import loose_ref, metadata, of_account, ref, row_id, taken_back_at
from bot.store.types import BigInt, Clean, Exact, UtcDateTime, Word

person = Table(
    "person",
    metadata,
    row_id(),
    of_account(),
    Column("name", Clean, nullable=False),
    Column("part", Word(enums.Part), nullable=False),
    Column("title", Clean),
    Column("email", Clean),
    Column("left_on", Date),
    taken_back_at(),
)

promise = Table(
    "promise",
    metadata,
    row_id(),
    of_account(),
    Column("text", Clean, nullable=False),
    Column("promised_on", Date),
    Column("promised_by", Clean),
    ref("promised_to", "person"),
    Column("due_on", Date),
    Column("state", Word(enums.PromiseState), nullable=False, server_default="open"),
    Column("settled_on", Date),
    Column("settled_why", Clean),
    Column("last_mentioned_on", Date),
    taken_back_at(),
)

outcome = Table(
    "outcome",
    metadata,
    row_id(),
    of_account(),
    Column("title", Clean, nullable=False),
    Column("kind", Word(enums.OutcomeKind), nullable=False, server_default="numeric"),
    Column("metric", Clean),
    Column("unit", Clean),
    Column("direction", Word(enums.Direction)),
    Column("baseline", Exact),
    Column("baseline_on", Date),
    ref("baseline_agreed_by", "person"),
    Column("target", Exact),
    Column("band_low", Exact),
    Column("band_high", Exact),
    Column("due_on", Date),
    ref("owner_person_id", "person"),
    Column("shelf_life_days", Integer, nullable=False, server_default="90"),
    ref("promise_id", "promise"),
    Column("promised_minor", BigInt),
    Column("currency", String(3)),
    Column("risk_if_never", Clean),
    Column("shows_in", Clean),
    ref("shown_by", "person"),
    Column("retired_on", Date),
    Column("retired_why", Clean),
    taken_back_at(),
)

evidence = Table(
    "evidence",
    metadata,
    row_id(),
    of_account(),
    ref("outcome_id", "outcome", nullable=False, index=True),
    Column("source", Word(enums.Source), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("value", Exact),
    Column("statement", Clean),
    Column("oral", Boolean, nullable=False, server_default=text("false")),
    Column("link", Clean),
    Column("measured_by", Clean),
    ref("attested_by", "person"),
    Column("method", Word(enums.Method)),
    Column("method_note", Clean),
    Column("money_minor", BigInt),
    Column("currency", String(3)),
    ref("accepted_by", "person"),
    Column("accepted_on", Date),
    ref("recorded_by", "member"),
    ref("answer_id", "answer"),
    loose_ref("superseded_by"),
    Column("superseded_on", Date),
    Column("disputed_on", Date),
    ref("disputed_by", "person"),
    Column("disputed_why", Clean),
    Column("withdrawn_on", Date),
    Column("withdrawn_why", Clean),
    Column("submission", String(120), unique=True),
)

gap = Table(
    "gap",
    metadata,
    row_id(),
    of_account(),
    Column("title", Clean, nullable=False),
    ref("outcome_id", "outcome"),
    ref("owner_id", "member"),
    Column("next_action", Clean),
    Column("due_on", Date),
    Column("risk_if_never", Clean),
    Column("opened_at", UtcDateTime),
    ref("answer_id", "answer", index=True),
    Column("times_moved", Integer, nullable=False, server_default="0"),
    Column("closed_on", Date),
    Column("closed_how", Clean),
    Column("closed_link", Clean),
    ref("closed_evidence_id", "evidence"),
)

action = Table(
    "action",
    metadata,
    row_id(),
    of_account(),
    Column("text", Clean, nullable=False),
    Column("loop", Word(enums.Loop), nullable=False, server_default="ourselves"),
    ref("gap_id", "gap", index=True),
    ref("owner_id", "member", index=True),
    Column("due_on", Date),
    Column("theme", Clean),
    ref("answer_id", "answer"),
    ref("done_in_answer_id", "answer"),
    Column("opened_at", UtcDateTime),
    Column("loop_answered_on", Date),
    Column("loop_answer", Clean),
    Column("told_on", Date),
    Column("told_words", Clean),
    Column("dropped_on", Date),
    Column("dropped_why", Clean),
)

obstacle = Table(
    "obstacle",
    metadata,
    row_id(),
    of_account(),
    Column("kind", Word(enums.ObstacleKind), nullable=False),
    Column("text", Clean, nullable=False),
    ref("owner_id", "member"),
    ref("owner_person_id", "person"),
    Column("due_on", Date),
    Column("cleared_on", Date),
)

judgement = Table(
    "judgement",
    metadata,
    row_id(),
    of_account(),
    Column("verdict", Word(enums.Verdict), nullable=False),
    Column("why", Clean, nullable=False),
    Column("would_change", Clean),
    ref("judged_by", "member", nullable=False),
    Column("judged_at", UtcDateTime, nullable=False),
)

health = Table(
    "health",
    metadata,
    row_id(),
    of_account(),
    Column("on_date", Date, nullable=False),
    Column("score", Exact, nullable=False),
    Column("source", Clean),
    UniqueConstraint("account_id", "on_date", "source"),
)

stage_entry = Table(
    "stage_entry",
    metadata,
    row_id(),
    of_account(),
    Column("stage", Word(enums.Stage), nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("reason", Clean),
)
