"""Carries out each submission, press or command once, however often Slack delivers it and people send it again.

Every unit of work of the Slack edge goes through `once`, so no use case needs a rule of its own. A submission is known
by its key. The key is claimed in the transaction of the work, so that either both are committed or neither is. A
second delivery, whether it comes after, together with the first or a day late, finds the claim and changes nothing; it
is answered with how things stand now, never with an error. When the first was refused or failed, so was its claim,
and what comes next is a first one.

What tells submissions apart (`bot.slack.payload.submission_of`):

- A form: the id of its view and its callback id. A person who was told to try again, while the work was committed after
  all, sends the same view again. Sent unchanged it is a second delivery; changed, it is refused with what to do, so
  that nothing is doubled and nothing typed is lost in silence. The view's hash is no part of it: Slack does not say
  that it stays while a form shows errors. A pushed form has a view of its own, and a form that takes another's place
  has another callback id; a form must never take the place of one with its own callback id, unless something was saved
  in between and what it has seen is part of its id (`submission_id`).
- A press of a button: its place, action and time. A second press is a second submission; what it may do depends on
  the state, and that is the use case's rule: a risk that I have is mine already, a meeting that is off is off.
- A command: its trigger. Typed again it is another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.outsider import Outsider
from bot.app.refusals import AppRefusal
from bot.store import submissions

KEPT = timedelta(days=7)
"""How long a submission is remembered (business time). Slack delivers again within an hour; people leave forms open."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Submission:
    """One thing that somebody did: `key` is the same for all its deliveries, `content` is a digest of what it said."""

    key: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a submission: a number to show the outcome by, mostly a row's id, and when it was done."""

    result: int | None
    at: datetime


def once(
    session: Session, actor: Actor | Outsider, submission: Submission, do: Callable[[], int | None], now: datetime
) -> Done:
    """Call `do` if this submission was not done before; returns what it came to, then or now.

    When two deliveries come at once, the later one may be done first, so `at` can lie after `now`. It must be the first
    to write in its transaction. Raises `UserError` when the same form was done with other content, and whatever `do`
    raises.
    """
    earlier = submissions.claim(session, actor.workspace_id, submission.key, submission.content, now)
    if earlier is not None:
        if earlier.content != submission.content:
            raise UserError(AppRefusal.SUBMITTED_DIFFERENTLY)
        return Done(earlier.result, earlier.at)
    result = do()
    if result is not None:
        submissions.keep_result(session, actor.workspace_id, submission.key, result)
    return Done(result, now)


def forget(session: Session, now: datetime) -> bool:
    """Forget some submissions that are older than `KEPT`; returns whether there were any."""
    return submissions.delete_some(session, now - KEPT, BATCH) > 0
