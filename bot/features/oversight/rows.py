"""One account as a row: its squares, what is proven, and the one note that matters most."""

from __future__ import annotations

from bot.domain.enums import RiskKind, Standing
from bot.domain.labels import label
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.portfolio.book import OutcomeState
from bot.domain.values.money import money
from bot.features.oversight.views import AccountLine
from bot.phrases import phrase

MOST_SQUARES = 10
_SAID = (RiskKind.RENEWAL_UNPROVEN, RiskKind.NO_SUCCESS_WRITTEN)
"""What a row says already, by its day and its squares."""
_SQUARES = {
    OutcomeState.PROVEN: Standing.PROVEN,
    OutcomeState.PARTLY_PROVEN: Standing.PARTLY_PROVEN,
    OutcomeState.MISSED: Standing.DISPROVEN,
    OutcomeState.DISPUTED: Standing.DISPROVEN,
}
_IN_ORDER = (Standing.PROVEN, Standing.PARTLY_PROVEN, Standing.DISPROVEN, Standing.UNPROVEN)


def line_of(summary: AccountSummary, member_id: int | None) -> AccountLine:
    """An account as a row, for this member."""
    account = summary.account
    arr = money(account.arr_minor, account.currency)
    worst = summary.dangers[0] if summary.dangers else None
    squares = squares_of(summary)
    return AccountLine(
        account_id=account.id,
        name=account.name,
        squares=squares if len(squares) <= MOST_SQUARES else (),
        proven=squares.count(Standing.PROVEN),
        outcomes=len(squares),
        coverage=phrase(summary.covered),
        severity=worst.severity if worst else None,
        note=next((label(danger.kind) for danger in summary.dangers if danger.kind not in _SAID), None),
        arr=str(arr) if arr else None,
        renewal_on=account.renewal_date,
        rolling=account.rolling,
        mine=member_id is None or account.owner_id == member_id,
    )


def squares_of(summary: AccountSummary) -> tuple[Standing, ...]:
    """How each outcome of an account stands, proven ones first."""
    standings = [_SQUARES.get(OutcomeState(state), Standing.UNPROVEN) for state in summary.states]
    return tuple(sorted(standings, key=_IN_ORDER.index))
