"""The version of the rules: account summaries that other rules came to are not taken for what these would."""

from __future__ import annotations

RULES_VERSION = "1"
"""Raise it by one whenever a rule comes to another figure, date or sentence than before: kept summaries are remade."""

RULES_SOURCE = "2be9889dbe836609d4a748c061a66d7e"
"""The fingerprint of the rules' source at this version; `tests/domain/test_rules_version.py` says when to renew it."""
