"""How who judged an account is named: `Inês Duarte, who owns the account`."""

from __future__ import annotations

from bot.domain.account.assessment import Assessment
from bot.domain.account.verdicts import part_of
from bot.domain.enums import Standing
from bot.features.accounts.phrases import AccountPhrase
from bot.phrases import say


def said_by(assessment: Assessment) -> str | None:
    """Who judged last, and that they own or stand in for the account; None when nobody has judged."""
    judged = assessment.judged
    if judged.judgement is None:
        return None
    still = part_of(assessment.account, judged.judgement.judged_by) is judged.judged_as
    return say(AccountPhrase.JUDGE, name=judged.by, part=judged.judged_as, still=still)


def unproven_yes(assessment: Assessment) -> bool:
    """Whether an owner's own yes has nothing to show for it: no outcome is even partly proven."""
    proven = any(graded.standing in (Standing.PROVEN, Standing.PARTLY_PROVEN) for graded in assessment.outcomes)
    return assessment.judged.own and not proven
