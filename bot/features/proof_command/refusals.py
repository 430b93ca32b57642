"""Why something in proof_command cannot be done; `templates/proof_command/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class ProofRefusal(Refusal):
    ACCOUNT_MISSING = "proof_command.account_missing"
