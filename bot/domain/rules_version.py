"""The version of the rules. An account summary that was stored under another version is computed again."""

from __future__ import annotations

RULES_VERSION = "10"
"""Raise it by one whenever a rule gives another figure, date or sentence than before: stored summaries are remade."""

RULES_SOURCE = "e0e4fafc366de50de7fe12f87e3c39b0"
"""The fingerprint of the rules' source at this version; `tests/domain/test_rules_version.py` says when to renew it."""
