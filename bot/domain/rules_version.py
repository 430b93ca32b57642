"""The version of the rules. An account summary that was stored under another version is computed again."""

from __future__ import annotations

RULES_VERSION = "12"
"""Raise it by one whenever a rule gives another figure, date or sentence than before: stored summaries are remade."""

RULES_SOURCE = "633fef2480d8fe9b58132f0636caf7fa"
"""The fingerprint of the rules' source at this version; `tests/domain/test_rules_version.py` says when to renew it."""
