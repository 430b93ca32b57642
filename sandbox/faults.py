"""Faults on request: what goes wrong with the next calls of a Web API method."""

from dataclasses import dataclass

KINDS = ("ratelimited", "error500", "hang", "drop_before", "drop_after")


@dataclass
class Fault:
    """The next `count` calls of `method` go wrong, after `after` calls that do not.

    `method` is a Web API method, "response_url", or "*" for any. `kind` is "ratelimited" (429, with `retry_after`
    seconds), "error500", "hang" (no answer until the caller gives up), "drop_before" and "drop_after" (the connection
    is cut before or after the call took effect), "redirect:<url>" (a 307), or "error:<code>" for an error answer of
    Slack's.
    """

    method: str
    kind: str
    count: int = 1
    retry_after: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not self.kind.startswith(("error:", "redirect:")):
            kinds = ", ".join((*KINDS, "redirect:<url>"))
            raise ValueError(f"unknown kind of fault {self.kind!r}; known are {kinds} and error:<code>")


class Faults:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Plan none any more."""
        self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that hits this call of `method`, used up by one; None when it goes well."""
        for fault in self._waiting:
            if fault.method not in (method, "*"):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self._waiting.remove(fault)
            return fault
        return None
