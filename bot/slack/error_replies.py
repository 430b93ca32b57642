"""What a person is told when something cannot be done, and where: one place for every listener.

A command is answered by an ephemeral message, a button by one beside the message it stands in, a modal by an error on
the input at fault, so that what was typed stays, and what somebody wrote to us where they wrote it. Whatever nobody
foresaw is logged with its traceback under the reference that the person is shown.
"""

from __future__ import annotations

import html
from collections import deque
from dataclasses import dataclass

import structlog
from slack_bolt import BoltResponse
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.errors import SlackApiError

from bot.app.actor import UserError
from bot.log import current_trace, said
from bot.phrases import say
from bot.slack import conversation
from bot.slack.edge import Edge, TooSlowError, as_reply
from bot.slack.payload import Body, input_called, inputs_of, surface_of
from bot.slack.phrases import SlackPhrase
from bot.store.engine import AWAY
from bot.wording import sentence_of

log = structlog.get_logger("slack")

_DATABASE_AWAY = (*AWAY, TooSlowError)
_REMEMBERED = 500
"""So many events that were refused are remembered, so that none is refused twice."""
_WORTH_KEEPING = 25
"""A command of so many characters is repeated where it is refused."""
_LATE_CODES = frozenset({"expired_trigger_id", "exchanged_trigger_id", "not_found", "hash_conflict"})


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One sentence to one person, as a message that only they see; `typed` is what they wrote, to copy from.

    `way_on` offers what the bot can do, where what was pressed leads nowhere any more.
    """

    sentence: str
    typed: str | None = None
    way_on: bool = False


@dataclass(frozen=True, slots=True)
class NoticeModalView:
    """One sentence to one person where there is no message to answer: over a modal or App Home."""

    sentence: str


def _typed(body: Body) -> str | None:
    """A command that is long enough to be missed: Slack takes it from the field as soon as it is sent."""
    text = html.unescape(str(body.get("text") or ""))
    return f"{body.get('command')} {text}" if len(text) >= _WORTH_KEEPING else None


class Failures:
    """Turns an exception of a listener into what its person sees."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._answered: deque[str] = deque(maxlen=_REMEMBERED)

    async def handle(self, error: Exception, body: Body) -> BoltResponse:
        """The answer to Slack for a payload whose listener raised `error`."""
        surface = surface_of(body)
        sentence, field = self._words(error, surface)
        if surface == "event" and isinstance(error, _DATABASE_AWAY):
            return BoltResponse(status=503, body="")  # Slack delivers it again
        try:
            return await self._tell(
                body, surface, sentence, field, outdated=isinstance(error, BoltUnhandledRequestError)
            )
        except Exception:
            log.exception("slack.untold", surface=surface, error=said(error))
            return BoltResponse(status=200, body="")

    def _words(self, error: Exception, surface: str) -> tuple[str, str | None]:
        if isinstance(error, UserError):
            log.info("slack.refused", surface=surface, code=error.code.value)
            return sentence_of(error), error.field
        if isinstance(error, _DATABASE_AWAY):
            log.error("slack.database_away", surface=surface, error=said(error))
            modal = surface == "modal"
            return say(SlackPhrase.DATABASE_AWAY_MODAL) if modal else say(SlackPhrase.DATABASE_AWAY), None
        if isinstance(error, BoltUnhandledRequestError):
            log.warning("slack.unknown", surface=surface, error=said(error))
            return say(SlackPhrase.UNKNOWN), None
        if isinstance(error, SlackApiError) and error.response.get("error") in _LATE_CODES:
            log.warning("slack.late", surface=surface, error=said(error))
            return say(SlackPhrase.LATE), None
        reference = current_trace() or "none"
        log.error("slack.failed", surface=surface, reference=reference, exc_info=error)
        return say(SlackPhrase.FAILED, reference=reference), None

    async def _tell(
        self, body: Body, surface: str, sentence: str, field: str | None, *, outdated: bool
    ) -> BoltResponse:
        if surface == "command":
            return BoltResponse(status=200, body=as_reply(self._edge.message(NoticeView(sentence, _typed(body)))))
        if surface == "modal":
            return self._on_the_modal(body, sentence, field)
        if surface == "event":
            await self._answer_in_words(body, sentence)
            return BoltResponse(status=200, body="")
        if self._edge.response_url(body):
            await self._edge.respond(body, NoticeView(sentence, way_on=outdated))
        else:
            await self._edge.open(body, NoticeModalView(sentence))
        return BoltResponse(status=200, body="")

    async def _answer_in_words(self, body: Body, sentence: str) -> None:
        """Tell who wrote to us; a second delivery of what was refused is not answered again."""
        event_id = str(body.get("event_id"))
        if conversation.is_to_us(body) and event_id not in self._answered:
            self._answered.append(event_id)
            await conversation.say(self._edge, body, self._edge.message(NoticeView(sentence)))

    def _on_the_modal(self, body: Body, sentence: str, field: str | None) -> BoltResponse:
        inputs = inputs_of(body["view"])
        if not inputs:
            notice = self._edge.modal(NoticeModalView(sentence))
            return BoltResponse(status=200, body={"response_action": "push", "view": notice})
        at_fault = input_called(body["view"], field) or inputs[0]
        return BoltResponse(status=200, body={"response_action": "errors", "errors": {at_fault: sentence}})
