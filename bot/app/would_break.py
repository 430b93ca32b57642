"""What would break in a customer's business without the product, as plan and card show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.model import ProofState


@dataclass(frozen=True, slots=True)
class WouldBreakLine:
    """The words, who at the customer said them on which day, and the link or kept file by which somebody
    else can check it.

    `left` says that this person has left since.
    """

    words: str
    by: str | None
    on: date | None
    link: str | None
    left: bool
    has_file: bool


def would_break_line(state: ProofState, on: date) -> WouldBreakLine | None:
    """The line of an account on a day; None where nobody has said what would break."""
    account = state.account
    if not account.would_break:
        return None
    person = next((person for person in state.people if person.id == account.would_break_by), None)
    return WouldBreakLine(
        account.would_break,
        person.name if person else None,
        account.would_break_on,
        account.would_break_link,
        person is not None and not person.is_there(on),
        account.would_break_file_id is not None,
    )
