"""What Slack's error codes mean for a message that was to be sent, declared in tables.

https://docs.slack.dev/reference/methods/chat.postMessage lists them. What stands in no table is Slack's refusal of this
one message (`msg_too_long`, `invalid_blocks`): sending it again would change nothing.
"""

from __future__ import annotations

import math

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.log import said
from bot.outbox.types import SHARED_OUTSIDE, Ambiguous, NotSent, PermanentFailure, Scope

PERSON_GONE = frozenset(
    {"account_inactive", "user_disabled", "user_not_found", "users_not_found", "user_not_visible", "cannot_dm_bot"}
)
"""The person cannot get direct messages any more."""

CHANNEL_GONE = frozenset({"channel_not_found", "is_archived", "not_in_channel", "restricted_action", SHARED_OUTSIDE})
"""The channel is archived, we are no longer in it, or strangers read it."""

NO_ACCESS = frozenset(
    {
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""The workspace no longer lets us in; nothing can be sent there until somebody installs the app again."""

NO_RIGHT = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
"""Those of them that refuse one kind of call: who may not look may still send."""

TRY_AGAIN = frozenset(
    {"accesslimited", "ratelimited", "rate_limited", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Slack surely did nothing, and may do it later."""

PERHAPS_DONE = frozenset({"internal_error", "fatal_error"})
"""Slack says itself that some of it may have happened."""

NO_SUCH_MESSAGE = frozenset({"message_not_found", "thread_not_found"})

LONGEST_WAIT = 300.0
"""Seconds that we wait at most because Slack says so; if it meant longer, it says so again."""

_DEFAULT_WAIT = 30.0


def code_of(error: SlackApiError) -> str:
    """Slack's error code; "" when the answer carried none."""
    data = error.response.data
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def outcome_of(error: Exception) -> PermanentFailure | NotSent | Ambiguous:
    """What a failed call means for the message; anything that is not understood may have arrived."""
    if isinstance(error, SlackApiError):
        return _of_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return NotSent(f"no connection to Slack: {said(error)}")
    return Ambiguous(f"the answer was lost: {said(error)}")


def _of_answer(error: SlackApiError) -> PermanentFailure | NotSent | Ambiguous:
    code, status = code_of(error), error.response.status_code
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return NotSent("Slack asked to wait", retry_after=_retry_after(error))
    if status >= 500 or code in PERHAPS_DONE:
        return Ambiguous(f"Slack failed: {code or status}")
    if code in TRY_AGAIN:
        return NotSent(f"Slack cannot now: {code}")
    if code in NO_ACCESS:
        return PermanentFailure(code, Scope.WORKSPACE)
    return PermanentFailure(code) if code else Ambiguous(f"an answer without a code: {status}")


def _retry_after(error: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    return wait_of(headers.get("retry-after"))


def wait_of(retry_after: object) -> float:
    """The seconds of a `Retry-After` header, at most `LONGEST_WAIT`; 30 where it is missing or no number."""
    try:
        seconds = float(str(retry_after))
    except ValueError:
        return _DEFAULT_WAIT
    return _DEFAULT_WAIT if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)
