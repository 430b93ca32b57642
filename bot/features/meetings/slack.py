"""Meetings in Slack: the buttons of a prompt, the forms for answers and meeting series, and `/answer`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app import accounts
from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.app.typed import colleague_of
from bot.domain.enums import CadenceKind, Change, DecisionOf, Loop, OnHoliday, RenewalCall
from bot.features.meetings import (
    absence,
    answer_drafts,
    answers,
    away_status,
    cadences,
    forms,
    pauses,
    prompts,
    renewal_calls,
    settings,
    views,
)
from bot.features.meetings.answer_drafts import OneLine
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.grammar import GRAMMAR, AnswerRequest, AwayRequest, FollowRequest, SettingsRequest
from bot.features.meetings.ids import MeetingActionId, MeetingCallback
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.refusals import MeetingRefusal
from bot.slack.date_phrases import due
from bot.slack.edge import Edge
from bot.slack.grammar import Help
from bot.slack.payload import Body, Form, clicked, number, numbers, pair, sender_of, submission_id
from bot.slack.people import user_now
from bot.slack.shortcuts import opens

_PROMPT_ANSWERS = re.compile(rf"{re.escape(MeetingActionId.ANSWER)}(\.\d+)?|{re.escape(MeetingActionId.EDIT_ANSWER)}")
_ACCOUNT_ANSWERS = re.compile(f"{re.escape(MeetingActionId.ANSWER_LATE)}|{re.escape(MeetingActionId.ANSWER_ACCOUNT)}")


_CALLS = {
    MeetingActionId.PROMPT_COMMIT: RenewalCall.COMMIT,
    MeetingActionId.PROMPT_LIKELY: RenewalCall.LIKELY,
    MeetingActionId.PROMPT_UNKNOWN: RenewalCall.UNKNOWN,
}
_SEEN = re.compile(r"@([0-9]{1,18})\Z")


@dataclass(frozen=True, slots=True)
class InLine:
    """An answer that was given whole with the command."""

    account_id: int
    line: OneLine


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of prompts and answers."""
    _command(app, edge)
    _prompt_buttons(app, edge)
    _renewal_calls(app, edge)
    _drafts(app, edge)
    _unfolding(app, edge)
    _submissions(app, edge)
    _cadences(app, edge)
    _pauses(app, edge)


def _command(app: AsyncApp, edge: Edge) -> None:
    @app.command(GRAMMAR.command)
    async def answer(ack: AsyncAck, body: Body) -> None:
        request = GRAMMAR.parse(body.get("text") or "")
        if isinstance(request, Help):
            await edge.answer(ack, GRAMMAR.help())
        elif isinstance(request, AwayRequest):
            until = request.until
            away = await edge.write_and_show(
                body,
                lambda s, actor, now: _away(s, actor, until, now),
                lambda s, actor, _, now: absence.away_view(s, actor, now),
            )
            await edge.answer(ack, away)
        elif isinstance(request, FollowRequest):
            follows = request.follows
            await edge.answer(ack, await _follow(edge, body, follows))
        elif isinstance(request, SettingsRequest):
            await edge.open(body, await edge.read(body, settings.settings_form))
            await ack()
        elif isinstance(request, AnswerRequest):
            asked = request
            view = await edge.read(body, lambda s, actor, now: command_view(s, actor, asked, now))
            if isinstance(view, InLine):
                in_line = view
                view = await edge.write_and_show(
                    body,
                    lambda s, a, now: answer_drafts.draft(s, a, in_line.account_id, in_line.line, now).draft_id,
                    _preview,
                )
            if isinstance(view, views.AnswerFormView):
                await edge.open(body, view)
                await ack()
            else:
                await edge.answer(ack, view)


async def _follow(edge: Edge, body: Body, follows: bool) -> views.FollowView:
    user = await user_now(edge.client, sender_of(body).user_id) if follows else None
    status = away_status.status_of(user) if user else None
    return await edge.write_and_show(
        body,
        lambda s, actor, now: away_status.follow_status(s, actor, follows, status, now),
        lambda s, actor, _, now: away_status.follow_view(s, actor, now),
    )


def _away(session: Session, actor: Actor, until: str | None, now: datetime) -> int:
    """Note that somebody is away until a day in words, or with None that they are back."""
    if until is None:
        return absence.come_back(session, actor, now)
    day = due(until, actor.today(now))
    if day is None:
        raise UserError(MeetingRefusal.DAY_UNREADABLE, day=until)
    return absence.go_away(session, actor, day, now)


def command_view(session: Session, actor: Actor, request: AnswerRequest, now: datetime) -> object:
    """What `/answer …` shows: the answers owed, the form, or accounts to choose from; an `InLine` is to be drafted."""
    if request.account is None:
        if request.in_line:
            raise UserError(MeetingRefusal.ANSWER_WITHOUT_ACCOUNT)
        return forms.owed(session, actor, now)
    if request.whole is not None:
        whole = accounts.find(session, actor, request.whole)
        if whole.hit is not None and not whole.guessed:
            return forms.answer_form(session, actor, now, account_id=whole.hit.id)
    result = accounts.find(session, actor, request.account)
    if result.hit is None:
        return accounts.choices(request.account, result, "answer")
    if not request.in_line:
        return forms.answer_form(session, actor, now, account_id=result.hit.id)
    if request.change not in (None, Change.NOTHING) and request.changed is None:
        raise UserError(MeetingRefusal.CHANGE_WITHOUT_WORDS, kind=str(request.change))
    next_due = due(request.by, actor.today(now)) if request.by else None
    if request.by and next_due is None:
        raise UserError(MeetingRefusal.DAY_UNREADABLE, day=request.by)
    if next_due is not None and next_due < actor.today(now):
        raise UserError(MeetingRefusal.NEXT_DAY_PASSED)
    line = OneLine(request.change, request.changed, request.unproven, request.next_action, next_due)
    return InLine(result.hit.id, line)


def _prompt_buttons(app: AsyncApp, edge: Edge) -> None:
    app.action(_PROMPT_ANSWERS)(opens(edge, lambda s, a, row, now: forms.answer_form(s, a, now, prompt_id=row)))
    app.action(_ACCOUNT_ANSWERS)(opens(edge, lambda s, a, row, now: forms.answer_form(s, a, now, account_id=row)))
    app.action(MeetingActionId.SAY_OBSTACLE)(opens(edge, forms.nothing_changed_form))
    app.action(MeetingActionId.HAND_OVER)(opens(edge, forms.hand_over_form))

    @app.action(MeetingActionId.NOTHING_CHANGED)
    async def nothing(ack: AsyncAck, body: Body) -> None:
        prompt_id, submission = number(clicked(body)), submission_id(body)
        await edge.write(
            body, lambda s, actor, now: answers.nothing_changed(s, actor, prompt_id, now, submission=submission)
        )
        await ack()

    @app.action(MeetingActionId.UNDO_PROMPT)
    async def undo(ack: AsyncAck, body: Body) -> None:
        prompt_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: answers.undo(s, actor, prompt_id, now))
        await ack()

    @app.action(MeetingActionId.SNOOZE_PROMPT)
    async def snooze(ack: AsyncAck, body: Body) -> None:
        prompt_id, _, until = clicked(body).partition(":")
        await edge.write(body, lambda s, actor, now: answers.snooze(s, actor, number(prompt_id), until, now))
        await ack()

    @app.action(MeetingActionId.MEETING_OFF)
    async def meeting_off(ack: AsyncAck, body: Body) -> None:
        prompt_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: answers.meeting_off(s, actor, prompt_id, now))
        await ack()


def _renewal_calls(app: AsyncApp, edge: Edge) -> None:
    """Calls on a renewal in a prompt's message, which shows them."""
    app.action(MeetingActionId.PROMPT_AT_RISK)(opens(edge, renewal_calls.at_risk_form))

    def tap(action: str, word: RenewalCall) -> None:
        @app.action(action)
        async def pressed(ack: AsyncAck, body: Body) -> None:
            prompt_id = number(clicked(body))
            await edge.write(body, lambda s, actor, now: renewal_calls.call(s, actor, prompt_id, now, word=word))
            await ack()

    for action, word in _CALLS.items():
        tap(action, word)

    @app.view(MeetingCallback.PROMPT_CALL)
    async def called(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        prompt_id, word = number(form.metadata), form.text("call") or ""
        said = {name: form.text(name) or "" for name in ("why", "verdict", "would_change")}
        await edge.write(body, lambda s, actor, now: renewal_calls.call(s, actor, prompt_id, now, word=word, **said))
        await ack()


def _drafts(app: AsyncApp, edge: Edge) -> None:
    @app.action(MeetingActionId.CHOOSE_CHANGE)
    async def choose_change(ack: AsyncAck, body: Body) -> None:
        draft_id, _, word = clicked(body).partition(":")
        change = Change(word)

        def choose(session: Session, actor: Actor, now: datetime) -> int:
            return answer_drafts.choose_change(session, actor, number(draft_id), change).draft_id

        await edge.respond(body, await edge.write_and_show(body, choose, _preview), replace=True)
        await ack()

    @app.action(MeetingActionId.CONFIRM_ANSWER)
    async def confirm(ack: AsyncAck, body: Body) -> None:
        draft_id = number(clicked(body))
        view = await edge.write_and_show(
            body, lambda s, actor, now: answer_drafts.confirm(s, actor, draft_id, now).id, _answered
        )
        await edge.respond(body, view, replace=True)
        await ack()

    app.action(MeetingActionId.EDIT_DRAFT)(opens(edge, forms.draft_form))


def _unfolding(app: AsyncApp, edge: Edge) -> None:
    @app.action(MeetingActionId.UNFOLD_ANSWER)
    async def unfold(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, meeting_id = numbers(form.metadata, 2)
        view = await edge.read(
            body, lambda s, a, now: forms.unfolded_form(s, a, account_id, now, meeting_id=meeting_id or None)
        )
        await edge.update(body, _as_typed(view, form, str(body["view"].get("private_metadata") or "")))
        await ack()


def _as_typed(view: views.AnswerFormView, form: Form, metadata: str) -> views.AnswerFormView:
    """The form with what was typed so far, and with what it has shown: unfolding it shows nothing newer."""
    seen = _SEEN.search(metadata)
    change, done = form.text("change"), {number(value) for value in form.many("done")}
    return replace(
        view,
        steps=tuple(replace(step, done=step.action_id in done) for step in view.steps),
        change=Change(change) if change else None,
        what_changed=form.text("what_changed"),
        unproven=form.text("unproven"),
        next_action=form.text("next_action"),
        next_due=form.day("next_due"),
        seen=int(seen[1]) if seen else 0,
    )


def _submissions(app: AsyncApp, edge: Edge) -> None:
    @app.view(MeetingCallback.ANSWER)
    async def answered(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        _, meeting_id = numbers(form.metadata, 2)

        def record(session: Session, actor: Actor, now: datetime) -> int:
            return answers.answer(session, actor, _answer(session, actor, form, submission_id(body)), now).id

        if meeting_id:  # the prompt's message shows it
            await edge.write(body, record)
            await ack()
        else:
            view = await edge.write_and_show(body, record, _answered)
            await ack(response_action="update", view=edge.in_modal(view, "On record"))

    @app.view(MeetingCallback.NOTHING_CHANGED)
    async def obstacle(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        prompt_id, choice, why = number(form.metadata), form.words("stays"), form.words("why")
        word, row_id = pair(choice) if choice != "other" else ("other", 0)
        chosen = {f"{word}_id": row_id} if word in ("gap", "outcome") else {}

        def record(session: Session, actor: Actor, now: datetime) -> None:
            stays = forms.chosen_gap(session, actor, prompt_id, now, **chosen) if chosen else None
            answers.say_obstacle(session, actor, prompt_id, now, submission=submission_id(body), stays=stays, why=why)

        await edge.write(body, record)
        await ack()

    @app.view(MeetingCallback.HAND_OVER)
    async def handed_over(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        prompt_id, colleague = number(form.metadata), form.words("colleague")
        await edge.write(body, lambda s, actor, now: answers.hand_over(s, actor, prompt_id, colleague, now))
        await ack()


def _answered(session: Session, actor: Actor, answer_id: int, now: datetime) -> views.AnswerView:
    return prompts.answer_view(session, actor, answer_id, now)


def _preview(session: Session, actor: Actor, draft_id: int, now: datetime) -> views.PreviewView:
    return answer_drafts.preview(session, actor, draft_id)


def _answer(session: Session, actor: Actor, form: Form, submission: str) -> NewAnswer:
    """What the answer form says, as the use case takes it."""
    account_id, meeting_id = numbers(form.metadata, 2)
    slack_id = form.text("next_owner")
    owner = colleague_of(session, actor, slack_id) if slack_id else None
    if slack_id and owner is None:
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "next_owner")
    settled = {number(value) for value in form.offered("kept_gaps")} - {
        number(value) for value in form.many("kept_gaps")
    }
    word, row_id = pair(form.text("step_for")) if form.text("step_for") else ("", None)
    return NewAnswer(
        account_id=account_id,
        meeting_id=meeting_id or None,
        submission=submission,
        change=Change(form.words("change")),
        what_changed=form.text("what_changed"),
        unproven=form.text("unproven"),
        settled_gaps=frozenset(settled),
        next_action=form.text("next_action"),
        next_owner_id=owner.id if owner else None,
        next_due=form.day("next_due"),
        loop=Loop(form.text("loop") or Loop.OURSELVES),
        for_gap_id=row_id if word == "gap" else None,
        for_outcome_id=row_id if word == "outcome" else None,
        offered_steps=frozenset(number(value) for value in form.offered("done")),
        done_steps=frozenset(number(value) for value in form.many("done")),
        decision=form.text("decision"),
        decision_of=DecisionOf(form.text("decision_of") or DecisionOf.THEIRS),
    )


def _cadences(app: AsyncApp, edge: Edge) -> None:
    @app.action(MeetingActionId.SHOW_SERIES)
    async def show_series(ack: AsyncAck, body: Body) -> None:
        kind, account_id = CadenceKind(clicked(body)), number(Form(body).metadata)
        await edge.update(body, await edge.read(body, lambda s, a, now: cadences.form(s, a, account_id, now, kind)))
        await ack()

    @app.view(MeetingCallback.CADENCE)
    async def cadence(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, kind = number(form.metadata), CadenceKind(form.words("kind"))
        new = NewCadence(
            account_id=account_id,
            kind=kind,
            first_day=form.required_day("first_day"),
            at=form.words("at"),
            repeat=form.words("repeat"),
            tz=form.words("tz"),
            lead_hours=number(form.words("lead_hours")),
            weekdays=tuple(form.many("weekdays")),
            on_holiday=OnHoliday(form.text("on_holiday") or OnHoliday.STAY),
        )

        def save(session: Session, actor: Actor, now: datetime) -> int:
            cadences.set_cadence(session, actor, new, now)
            return account_id

        view = await edge.write_and_show(
            body, save, lambda s, actor, account, now: cadences.saved_view(s, actor, account, kind)
        )
        await ack(response_action="update", view=edge.in_modal(view, "Meetings"))


def _pauses(app: AsyncApp, edge: Edge) -> None:
    app.action(re.compile(rf"{re.escape(MeetingActionId.PAUSE_SERIES)}(\.\d+)?"))(opens(edge, pauses.pause_form))

    @app.view(MeetingCallback.SERIES_PAUSE)
    async def paused(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        cadence_id, ends, until = number(form.metadata), form.words("what") == "end", form.day("until")
        if not ends and until is None:
            raise UserError(MeetingRefusal.PAUSE_TOO_SHORT, "until")

        def save(session: Session, actor: Actor, now: datetime) -> int:
            if until is None or ends:
                pauses.end_cadence(session, actor, cadence_id, now)
            else:
                pauses.pause_cadence(session, actor, cadence_id, until, now)
            return cadence_id

        view = await edge.write_and_show(body, save, pauses.saved_view)
        await ack(response_action="update", view=edge.in_modal(view, "Meetings"))
