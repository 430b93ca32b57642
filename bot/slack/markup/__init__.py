"""The markup of templates/ compiled to Block Kit. docs/templates.md tells authors what it knows."""

from bot.slack.markup.compiler import Message, home, message, modal
from bot.slack.markup.errors import CompileError

__all__ = ["CompileError", "Message", "home", "message", "modal"]
