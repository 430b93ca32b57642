"""Gives accounts that were imported before the bot first reached Slack to the team of its token."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.features.imports import target_workspace
from bot.settings import Settings
from bot.store.admin import migrations
from bot.store.engine import Database

_SECONDS = 10


def adopt_imported_accounts(settings: Settings) -> bool:
    """Give a workspace that waits for Slack to the team of our token; returns whether one was waiting.

    Asks Slack only if one waits. When Slack does not answer, nothing happens here; the start that follows reports it.
    """
    if not settings.slack_bot_token:
        return False
    database = Database(settings.database_url, listen_url=settings.listen_url)
    try:
        if migrations.current(database) is None:
            return False
        with database.reading() as session:
            if not target_workspace.is_pending(session):
                return False
        me = WebClient(settings.slack_bot_token, base_url=settings.slack_api_url, timeout=_SECONDS).auth_test()
        with database.begin() as session:
            return target_workspace.adopt(session, str(me["team_id"]), str(me["team"]))
    except (SlackApiError, OSError):
        return False
    finally:
        database.dispose()
