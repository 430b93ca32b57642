"""The ways in which the sandbox says no."""

from typing import Any


class SlackError(Exception):
    """An error answer of the Web API: `{"ok": false, "error": code, ...}`; raised by method handlers."""

    def __init__(self, code: str, /, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def answer(self) -> dict[str, Any]:
        """The JSON body that Slack would send."""
        return {"ok": False, "error": self.code, **self.details}


class InvalidBlocks(SlackError):
    """Blocks that Slack refuses; `problems` are the sentences of `response_metadata.messages`."""

    def __init__(self, problems: list[str], code: str = "invalid_blocks") -> None:
        messages = [f"[ERROR] {problem}" for problem in problems]
        super().__init__(code, errors=problems, response_metadata={"messages": messages})
        self.problems = problems


class FormError(Exception):
    """A modal that stays open: `errors` maps a block_id to what is shown under it ("*" is the whole form)."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{block}: {text}" for block, text in errors.items()))
        self.errors = errors


class NotPossible(Exception):
    """What a person tried cannot be done in Slack's client: no such channel, no such button, archived, and so on."""


class BadConfiguration(Exception):
    """The workspace or manifest file is wrong; the message is a sentence for whoever wrote it."""
