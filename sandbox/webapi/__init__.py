"""The Web API: a module a family of methods; importing this package registers them all."""

from sandbox.webapi import chat, conversations, files, reactions, team, users, validation, views
from sandbox.webapi.registry import METHODS, Call

__all__ = ["METHODS", "Call", "chat", "conversations", "files", "reactions", "team", "users", "validation", "views"]
