"""The version of the rules. An account summary that was stored under another version is computed again."""

from __future__ import annotations

RULES_VERSION = "12"
"""Raise it by one whenever a rule gives another figure, date or sentence than before: stored summaries are remade."""

RULES_SOURCE = "a94d18ad724e74a9ca9c1a2a7206ff07"
"""The fingerprint of the rules' source at this version; `tests/domain/test_rules_version.py` says when to renew it."""
