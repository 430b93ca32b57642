"""What a refusal is: a code, and what its sentence names. Every layer may refuse; only the edges put it into words.

The codes of a folder stand in its `refusals.py`, their sentences in `templates/<folder>/refusals.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum

RefusalValue = str | int | Decimal | date | Enum | Sequence["RefusalValue"] | None
"""What a refusal knows and its wording may name: a plain value, not a sentence."""


class Refusal(StrEnum):
    """A code such as `plan.title_missing`: the folder of templates that words it, and its key there."""

    @property
    def room(self) -> str:
        return self.value.partition(".")[0]

    @property
    def key(self) -> str:
        return self.value.partition(".")[2]


class RefusedError(Exception):
    """Something that cannot be done; `bot.wording` tells why, and what to do next.

    `code` says why, and `facts` are what the wording names. They may be customers' words, so the exception's own text
    is the code alone.
    """

    def __init__(self, code: Refusal, **facts: RefusalValue) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts
