"""What the list of contracts shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import ContractBasis, ContractKind


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One term; `ends_on` is the first day on which it is over, and `arr` an amount in words. None is unknown."""

    line: str | None
    external_id: str | None
    starts_on: date
    ends_on: date | None
    arr: str | None
    notice_days: int | None
    auto_renews: bool | None
    kind: ContractKind | None
    source: str | None
    basis: ContractBasis
    rolling: bool


@dataclass(frozen=True, slots=True)
class ContractsView:
    """The terms of an account: in force, to come, and the last ones that are over, with how many more there are.

    `arr` is the sum in force in words, empty if none is known. `account_arr` and `account_renewal` are what the account
    itself says; `arr_differs` and `renewal_differs` say that it does not follow its contracts yet.
    """

    account: str
    in_force: tuple[ContractLine, ...]
    more_in_force: int
    to_come: tuple[ContractLine, ...]
    over: tuple[ContractLine, ...]
    more_over: int
    arr: str
    account_arr: str | None
    account_renewal: date | None
    arr_differs: bool
    renewal_differs: bool
