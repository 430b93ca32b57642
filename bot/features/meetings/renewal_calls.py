"""Calls on a renewal that are made in a prompt's message, which shows them (`renewal_asked`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor
from bot.domain.enums import RenewalCall
from bot.features.meetings import prompts, queries
from bot.features.meetings.rows import Prompt
from bot.features.renewals import calls
from bot.features.renewals.calls import NewCall
from bot.features.renewals.views import CallFormView


def call(
    session: Session,
    actor: Actor,
    prompt_id: int,
    now: datetime,
    *,
    word: str,
    why: str = "",
    verdict: str = "",
    would_change: str = "",
) -> int:
    """Record a call on the renewal of a prompt's account, as `calls.NewCall` describes it; returns the account's id."""
    prompt = _prompt(session, actor, prompt_id)
    new = NewCall(prompt.account_id, word, why, verdict, would_change)
    account_id = calls.record_call(session, actor, new, now)
    prompts.refresh_messages(session, prompt, now)
    return account_id


def at_risk_form(session: Session, actor: Actor, prompt_id: int, now: datetime) -> CallFormView:
    """The form for a call that needs a reason; saved, the prompt's message shows it."""
    prompt = _prompt(session, actor, prompt_id)
    form = calls.call_form(session, actor, prompt.account_id, now, chosen=RenewalCall.AT_RISK)
    return replace(form, prompt_id=prompt.id)


def _prompt(session: Session, actor: Actor, prompt_id: int) -> Prompt:
    prompt = queries.by_id(session, actor.workspace_id, prompt_id)
    if prompt is None:
        raise no_such_account()
    return prompt
