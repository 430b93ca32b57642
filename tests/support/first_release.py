"""A small ledger as the first release left it, in its own tables and words.

It never changes; `tests.support.old_databases` adds what later revisions bring. The database gives ids from 1, in row
order. Acme (account 1) is what a reader looks at; Hostile (account 2) has values that break things."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

MONDAY = datetime(2026, 3, 2, 9, 0, 0, 123456, UTC)
MEETING = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NASTY = "<!channel> *_~` \"it's\" \\u0000\r\n\u2028\u202e\ufeff 👩🏽‍🚒 株式会社岡田ガス '; DROP TABLE account; --"


NASTY += "x" * 5_000


ACME: dict[str, Any] = {
    "workspace_id": 1,
    "portfolio_id": 1,
    "slug": "acme-gmbh",
    "name": "Acme GmbH",
    "external_id": "0063000000Acme",
    "arr_minor": 4_800_000,
    "currency": "EUR",
    "stage": "outcomes",
    "stage_since": date(2026, 2, 1),
    "contract_start": date(2025, 12, 31),
    "renewal_date": date(2026, 12, 31),
    "owner_id": 2,
    "deputy_id": 1,
    "relationship": "warm",
    "first_win_on": date(2026, 1, 20),
    "first_win": "Legal signed ten contracts in a day",
    "created_at": MONDAY - 60 * DAY,
}
OUTCOME: dict[str, Any] = {
    "account_id": 1,
    "title": "Contracts signed within 5 days",
    "metric": "days to sign",
    "unit": "days",
    "direction": "down",
    "baseline": "15.0",
    "baseline_on": date(2026, 1, 15),
    "baseline_agreed_by": 1,
    "target": "5",
    "due_on": date(2026, 6, 30),
    "owner_person_id": 1,
    "promise_id": 1,
    "promised_minor": 1_200_000,
    "currency": "EUR",
    "risk_if_never": "Legal goes back to e-mail",
}
EVIDENCE: dict[str, Any] = {
    "account_id": 1,
    "outcome_id": 1,
    "source": "customer_system",
    "as_of": date(2026, 2, 20),
    "recorded_at": MONDAY - 5 * DAY,
    "value": "10.50",
    "link": "https://example.com/report?a=1&b=2",
    "measured_by": "Ana Ruiz",
    "attested_by": 1,
    "recorded_by": 2,
    "answer_id": 1,
}
PROMPT: dict[str, Any] = {"account_id": 1, "workspace_id": 1, "member_id": 2, "asked_at": MONDAY}
DRAFT: dict[str, Any] = {"member_id": 2, "kind": "answer", "created_at": MONDAY}
PROMPT_MESSAGE: dict[str, Any] = {
    "workspace_id": 1,
    "channel": "U0TOM",
    "destination": "user",
    "kind": "prompt",
    "args": {"prompt_id": 1, "to": "U0TOM", "first": True},
    "op": "post",
    "due_at": MONDAY,
    "created_at": MONDAY,
}

ROWS: dict[str, list[dict[str, Any]]] = {
    "workspace": [
        {"team_id": "T0NORTH", "name": "Northwind CS", "created_at": MONDAY - 90 * DAY},
        {"team_id": "T0OTHER", "name": NASTY, "created_at": datetime(1990, 1, 1, tzinfo=UTC)},
    ],
    "member": [
        {"workspace_id": 1, "slack_id": "U0MAYA", "name": "Maya Lindqvist", "tz": "Europe/Stockholm", "is_admin": True},
        {"workspace_id": 1, "slack_id": "U0TOM", "name": "Tom Okafor", "email": "tom@example.com"},
        {"workspace_id": 1, "slack_id": None, "name": NASTY, "is_deactivated": True, "is_guest": True},
    ],
    "portfolio": [
        {
            "workspace_id": 1,
            "name": "North",
            "channel": "C0NORTH",
            "manager_id": 1,
            "tz": "Europe/Stockholm",
            "next_digest_at": MONDAY + 7 * DAY,
            "product_channel": "C0PRODUCT",
            "band_currency": "EUR",
            "high_touch_from_minor": 2**40,
        },
        {"workspace_id": 1, "name": "South", "channel": "C0GONE", "channel_lost_at": MONDAY - DAY},
    ],
    "account": [
        ACME,
        {
            "workspace_id": 1,
            "slug": "hostile",
            "name": NASTY,
            "status": "former",
            "created_at": MONDAY,
            "tier": "low_touch",
        },
        {"workspace_id": 2, "slug": "acme-gmbh", "name": "Another Acme", "created_at": MONDAY, "arr_minor": 0},
    ],
    "account_word": [
        {"account_id": 1, "workspace_id": 1, "word": "acme"},
        {"account_id": 1, "workspace_id": 1, "word": "the signers", "is_alias": True},
        {"account_id": 2, "workspace_id": 1, "word": "岡田"},
    ],
    "account_due": [{"account_id": 1, "look_at": MONDAY + DAY}, {"account_id": 2, "look_at": MONDAY - DAY}],
    "person": [
        {"account_id": 1, "name": "Ana Ruiz", "part": "champion", "title": "Head of Legal", "email": "ana@example.com"},
        {"account_id": 1, "name": "Bo Berg", "part": "economic_buyer", "left_on": date(2026, 2, 1)},
        {"account_id": 2, "name": NASTY, "part": "blamed"},
    ],
    "promise": [
        {
            "account_id": 1,
            "text": "Five days by summer",
            "promised_on": date(2025, 12, 1),
            "promised_by": "Sales",
            "promised_to": 1,
            "due_on": date(2026, 6, 30),
        },
        {"account_id": 2, "text": NASTY, "state": "broken", "settled_on": date(2026, 1, 1), "settled_why": NASTY},
    ],
    "outcome": [
        OUTCOME,
        {"account_id": 1, "title": "The board says it works", "kind": "statement", "shelf_life_days": 30},
        {"account_id": 2, "title": NASTY, "band_low": "-0.000001", "band_high": "999999999999.999999"},
    ],
    "cadence": [
        {
            "account_id": 1,
            "kind": "weekly_sync",
            "rrule": "FREQ=WEEKLY",
            "local_start": "2026-03-11T10:00",
            "tz": "Europe/Lisbon",
            "next_meeting_at": MEETING + 7 * DAY,
            "next_prompt_at": MEETING + 6 * DAY,
        },
        {
            "account_id": 2,
            "kind": "business_review",
            "rrule": "FREQ=MONTHLY;BYMONTHDAY=31",
            "local_start": "2026-01-31T02:30",
            "tz": "America/New_York",
            "active": False,
        },
    ],
    "meeting": [
        {"account_id": 1, "cadence_id": 1, "kind": "weekly_sync", "starts_at": MEETING},
        {"account_id": 1, "cadence_id": 1, "kind": "weekly_sync", "starts_at": MEETING - 7 * DAY},
        {"account_id": 2, "cadence_id": 2, "kind": "business_review", "starts_at": MEETING - 32 * DAY},
    ],
    "prompt": [
        {**PROMPT, "meeting_id": 1, "remind_at": MEETING - timedelta(hours=16), "closes_at": MEETING},
        {**PROMPT, "meeting_id": 2, "state": "answered", "closes_at": MEETING - 7 * DAY, "closed_at": MONDAY - 6 * DAY},
        {
            **PROMPT,
            "account_id": 2,
            "meeting_id": 3,
            "member_id": None,
            "state": "silent",
            "reminded_at": MONDAY - 33 * DAY,
            "closes_at": MEETING - 32 * DAY,
        },
    ],
    "answer": [
        {
            "account_id": 1,
            "meeting_id": 2,
            "submission": "V0ANSWER:answer",
            "member_id": 2,
            "change": "behaviour",
            "what_changed": "Legal signs without calling us",
            "unproven": "Whether finance accepts the hours",
            "next_action": "Send Ana the figures",
            "moved_evidence": True,
            "answered_at": MONDAY - 6 * DAY,
        },
        {
            "account_id": 2,
            "submission": "V1ANSWER:answer",
            "member_id": 3,
            "change": "nothing",
            "unproven": NASTY,
            "answered_at": MONDAY - 31 * DAY,
        },
    ],
    "draft": [
        {
            "member_id": 2,
            "account_id": 1,
            "kind": "answer",
            "payload": {"change": "belief", "n": [1, None]},
            "created_at": MONDAY,
        },
        {
            "member_id": 3,
            "account_id": 2,
            "kind": "answer",
            "payload": {NASTY: NASTY},
            "created_at": MONDAY,
            "used_at": MONDAY,
        },
    ],
    "evidence": [
        {**EVIDENCE, "superseded_by": 2, "superseded_on": date(2026, 3, 1)},
        {
            **EVIDENCE,
            "as_of": date(2026, 2, 28),
            "value": "7.25",
            "submission": "V2EVIDENCE:evidence",
            "answer_id": None,
        },
        {
            "account_id": 2,
            "outcome_id": 3,
            "source": "customer_said",
            "as_of": date(2026, 1, 1),
            "recorded_at": MONDAY,
            "statement": NASTY,
            "oral": True,
            "method": "before_after",
            "method_note": NASTY,
            "money_minor": -1,
            "currency": "JPY",
            "disputed_on": date(2026, 2, 1),
            "disputed_by": 3,
            "disputed_why": NASTY,
            "withdrawn_on": date(2026, 2, 2),
            "withdrawn_why": NASTY,
        },
    ],
    "gap": [
        {
            "account_id": 1,
            "title": "Whether finance accepts the hours",
            "owner_id": 2,
            "next_action": "Send Ana the figures",
            "due_on": date(2026, 3, 6),
            "risk_if_never": "Nobody can defend the price",
            "opened_at": MONDAY - 6 * DAY,
        },
        {"account_id": 2, "title": NASTY, "outcome_id": 3, "closed_on": date(2026, 2, 1), "closed_how": NASTY},
    ],
    "action": [
        {
            "account_id": 1,
            "text": "Send Ana the figures",
            "loop": "customer",
            "gap_id": 1,
            "owner_id": 2,
            "due_on": date(2026, 3, 6),
            "answer_id": 1,
            "opened_at": MONDAY - 6 * DAY,
        },
        {
            "account_id": 2,
            "text": NASTY,
            "loop": "product",
            "loop_answered_on": date(2026, 2, 1),
            "loop_answer": NASTY,
            "told_on": date(2026, 2, 2),
            "told_words": NASTY,
        },
    ],
    "obstacle": [
        {"account_id": 1, "kind": "approvals", "text": "The works council meets in April", "owner_person_id": 1},
        {"account_id": 2, "kind": "politics", "text": NASTY, "owner_id": 3, "cleared_on": date(2026, 2, 1)},
    ],
    "judgement": [
        {"account_id": 1, "verdict": "not_clear", "why": "Half is proven", "judged_by": 1, "judged_at": MONDAY - DAY},
        {"account_id": 2, "verdict": "no", "why": NASTY, "would_change": NASTY, "judged_by": 3, "judged_at": MONDAY},
    ],
    "health": [
        {"account_id": 1, "on_date": date(2026, 2, 1), "score": "0.10", "source": "CRM"},
        {"account_id": 1, "on_date": date(2026, 3, 1), "score": "72", "source": None},
        {"account_id": 2, "on_date": date(1999, 12, 31), "score": "-1e3", "source": NASTY},
    ],
    "stage_entry": [
        {"account_id": 1, "stage": "outcomes", "entered_on": date(2026, 2, 1)},
        {"account_id": 2, "stage": "renewal", "entered_on": date(2025, 2, 1), "reason": NASTY},
    ],
    "risk": [
        {
            "account_id": 1,
            "kind": "sponsor_left",
            "severity": 3,
            "fact": "Bo Berg left",
            "opened_at": MONDAY,
            "owner_id": 2,
        },
        {
            "account_id": 2,
            "kind": "disproven",
            "subject": "outcome:3",
            "severity": 1,
            "fact": NASTY,
            "state": "closed",
            "opened_at": MONDAY - 9 * DAY,
            "closed_at": MONDAY,
            "closed_how": NASTY,
        },
    ],
    "digest": [
        {"portfolio_id": 1, "due_at": MONDAY, "figures": {"coverage": 0.25, "accounts": [1], "was": None}},
        {"portfolio_id": 2, "due_at": MONDAY, "figures": {}},
    ],
    "history": [
        {
            "workspace_id": 1,
            "account_id": 1,
            "at": MONDAY - DAY,
            "member_id": 1,
            "surface": "modal",
            "entity": "judgement",
            "entity_id": 1,
            "before": None,
            "after": {"verdict": "not_clear", "why": "Half is proven"},
        },
        {
            "workspace_id": 2,
            "at": MONDAY,
            "surface": "import",
            "entity": "account",
            "entity_id": 3,
            "before": {"name": NASTY},
            "after": {"name": "Another Acme"},
            "why": NASTY,
        },
    ],
    "outbox": [
        {**PROMPT_MESSAGE, "key": "prompt:1", "uuid": "0" * 32, "state": "waiting"},
        {
            **PROMPT_MESSAGE,
            "key": "prompt:2",
            "uuid": "1" * 32,
            "args": {"prompt_id": 2, "to": "U0TOM", "first": True},
            "due_at": MONDAY - 7 * DAY,
            "state": "sent",
            "attempts": 2,
            "claimed_at": MONDAY - 7 * DAY,
            "sent_channel": "D0TOM",
            "sent_ts": "1771837200.000100",
            "note": "reconciled",
            "finished_at": MONDAY - 7 * DAY,
        },
        {
            **PROMPT_MESSAGE,
            "key": "prompt:2@1",
            "uuid": "2" * 32,
            "op": "update",
            "args": {"prompt_id": 2, "to": "U0TOM", "first": False},
            "target_id": 2,
            "state": "sending",
            "attempts": 1,
            "in_doubt": True,
            "owner": "host:1:abc",
            "claimed_at": MONDAY,
            "lease_until": MONDAY + timedelta(seconds=30),
        },
        {
            **PROMPT_MESSAGE,
            "key": "digest:2",
            "uuid": "3" * 32,
            "kind": "digest",
            "channel": "C0GONE",
            "destination": "channel",
            "args": {"digest_id": 2},
            "state": "dead",
            "attempts": 1,
            "code": "is_archived",
            "note": NASTY,
            "finished_at": MONDAY,
        },
    ],
    "channel_gate": [
        {"workspace_id": 1, "channel": "U0TOM", "next_free_at": MONDAY},
        {"workspace_id": 1, "channel": "C0GONE", "next_free_at": None},
    ],
    "workspace_gate": [
        {"workspace_id": 1, "blocked_until": MONDAY},
        {"workspace_id": 2, "paused": "token_revoked", "paused_at": MONDAY},
    ],
}
