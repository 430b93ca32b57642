"""The tables of the ledger. Their words stand in docs/map.md; columns are the fields of `bot.domain.model`.

Every row belongs to a workspace, directly or through its account. Delivery's tables are in `bot.store.schema.outbox`.
"""

from __future__ import annotations

from bot.store.schema.accounts import (
    account,
    account_due,
    account_spelling,
    account_word,
    brief,
    member,
    portfolio,
    workspace,
)
from bot.store.schema.base import metadata
from bot.store.schema.confirmations import confirmation, customer_org, person_slack
from bot.store.schema.contracts import contract
from bot.store.schema.costs import quarter_cost
from bot.store.schema.digests import digest
from bot.store.schema.drops import dropped_file
from bot.store.schema.history import history, import_batch
from bot.store.schema.life import absence, account_merge
from bot.store.schema.meetings import answer, cadence, draft, meeting, prompt
from bot.store.schema.proof import (
    action,
    evidence,
    gap,
    health,
    judgement,
    obstacle,
    outcome,
    person,
    promise,
    stage_entry,
    terms,
)
from bot.store.schema.proposals import proposal
from bot.store.schema.risks import risk
from bot.store.schema.set_aside import set_aside
from bot.store.schema.signals import event, reading
from bot.store.schema.submissions import submission
from bot.store.schema.witness import acceptance, evidence_check, kept_file, look, spot_check
from bot.store.types import BigInt, UtcDateTime

__all__ = [
    "BigInt",
    "UtcDateTime",
    "absence",
    "acceptance",
    "account",
    "account_due",
    "account_merge",
    "account_spelling",
    "account_word",
    "action",
    "answer",
    "brief",
    "cadence",
    "confirmation",
    "contract",
    "customer_org",
    "digest",
    "draft",
    "dropped_file",
    "event",
    "evidence",
    "evidence_check",
    "gap",
    "health",
    "history",
    "import_batch",
    "judgement",
    "kept_file",
    "look",
    "meeting",
    "member",
    "metadata",
    "obstacle",
    "outcome",
    "person",
    "person_slack",
    "portfolio",
    "promise",
    "prompt",
    "proposal",
    "quarter_cost",
    "reading",
    "risk",
    "set_aside",
    "spot_check",
    "stage_entry",
    "submission",
    "terms",
    "workspace",
]
