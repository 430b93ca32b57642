"""Every form that changes what is there already: how it is opened, and how it is sent.

The rows are those of `two_workspaces.fill`; `OPEN` and `send` take the ids by the name of their entity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind, Change, CheckVerdict, Method, Part, PromiseState, Stage, Tier
from bot.features.accounts import judgement, stages, tiers
from bot.features.accounts.judgement import NewJudgement
from bot.features.actions import actions, step_forms, steps
from bot.features.actions.views import StepForm
from bot.features.evidence import agreement_looks, attribution, countersign, forms, not_shown, record
from bot.features.evidence.attribution import Isolation
from bot.features.gaps import forms as gap_forms
from bot.features.gaps import register
from bot.features.gaps.register import Closing, GapEdit
from bot.features.handover import edit, handover
from bot.features.handover.edit import AccountEdit
from bot.features.meetings import answers, cadences, pauses, renewal_calls
from bot.features.meetings import forms as meeting_forms
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.packet import acceptances
from bot.features.packet.acceptances import NewAcceptance
from bot.features.plan import (
    agreement,
    outcome_details,
    outcome_shows,
    outcome_terms,
    people,
    people_list,
    plan,
    would_break,
)
from bot.features.plan.agreement import Agreement
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.would_break import WouldBreak
from bot.features.portfolios import currency_bands, default_series, setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.renewals import calls, results
from bot.features.renewals.calls import NewCall
from bot.features.renewals.results import Left, Renewed
from bot.features.risks import ownership
from tests.support.two_workspaces import NOW, TODAY

Ids = Mapping[str, int]
LATER = NOW + timedelta(minutes=5)
"""When the forms are sent; they were opened at `NOW`."""


@dataclass(frozen=True)
class EditForm:
    """`opens` returns the view that the form shows, `sends` submits it with words that name who sends it."""

    opens: Callable[[Session, Actor, Ids], Any]
    sends: Callable[[Session, Actor, Ids], object]


def _words(actor: Actor) -> str:
    return f"said by {actor.member.name}"


def _link(actor: Actor) -> str:
    return f"https://crm.example/{actor.member.id}"


def _name(session: Session, actor: Actor, ids: Ids) -> str:
    return people_list.edit_form(session, actor, ids["person"], LATER).name


def _settles(what: str, entity: str) -> EditForm:
    return EditForm(
        lambda s, a, ids: plan.settle_form(s, a, ids["account"], NOW),
        lambda s, a, ids: plan.apply_plan_change(
            s, a, ids["account"], LATER, what=what, row_id=ids[entity], on=TODAY, why=_words(a)
        ),
    )


def _details(session: Session, actor: Actor, ids: Ids) -> None:
    details = Details(ids["outcome"], ids["person"], TODAY, worth=f"{len(_words(actor))} EUR")
    outcome_details.set_details(session, actor, details, LATER)


def _terms(session: Session, actor: Actor, ids: Ids) -> None:
    terms = NewTerms(ids["outcome"], "14", date(2026, 1, 1), shelf_life_days=80 + len(_words(actor)))
    outcome_terms.set_terms(session, actor, terms, LATER)


def _agreement(session: Session, actor: Actor, ids: Ids) -> None:
    given = Agreement(ids["person"], TODAY, f"https://example.com/{_words(actor).replace(' ', '-')}")
    agreement.record_agreement(session, actor, ids["outcome"], given, LATER)


def _answer(session: Session, actor: Actor, ids: Ids) -> object:
    new = NewAnswer(
        ids["account"],
        f"V{actor.member.id}:answer",
        Change.BEHAVIOUR,
        ids["open meeting"],
        _words(actor),
        next_action=_words(actor),
    )
    return answers.answer(session, actor, new, LATER)


def _cadence(session: Session, actor: Actor, ids: Ids) -> object:
    at = f"{8 + actor.member.id % 8:02}:00"
    new = NewCadence(
        ids["account"], CadenceKind.WEEKLY_SYNC, TODAY + timedelta(days=3), at, "fortnightly", "Europe/Berlin"
    )
    return cadences.set_cadence(session, actor, new, LATER)


def _portfolio(session: Session, actor: Actor, ids: Ids) -> object:
    form = PortfolioForm(
        _words(actor), "C0NORTH", None, actor.member.id % 7, "09:00", "Europe/Berlin", portfolio_id=ids["portfolio"]
    )
    return setup.set_up(session, actor, form, LATER)


def _risk(opens: Callable[..., Any], sends: Callable[[Session, Actor, int], object]) -> EditForm:
    return EditForm(
        lambda s, a, ids: opens(s, a, ids["risk"], NOW),
        lambda s, a, ids: sends(s, a, ids["risk"]),
    )


def _action(kind: str, sends: Callable[..., object]) -> EditForm:
    return EditForm(
        lambda s, a, ids: actions.action_form(s, a, ids["action"], kind, NOW),
        lambda s, a, ids: sends(s, a, ids["action"], _words(a), LATER),
    )


def _step(kind: StepForm, sends: Callable[[Session, Actor, int], object]) -> EditForm:
    return EditForm(
        lambda s, a, ids: step_forms.step_form(s, a, ids["action"], NOW, kind=kind),
        lambda s, a, ids: sends(s, a, ids["action"]),
    )


def _close_gap(session: Session, actor: Actor, ids: Ids) -> object:
    return register.close(session, actor, Closing(ids["gap"], f"Ana wrote it to {actor.member.name} on Monday"), LATER)


def _save_gap(session: Session, actor: Actor, ids: Ids) -> object:
    return register.save(
        session, actor, GapEdit(gap_id=ids["gap"], title="Who signs?", risk_if_never=_words(actor)), LATER
    )


def _renewed(session: Session, actor: Actor, ids: Ids) -> int:
    form = Renewed(ids["account"], f"{1000 + actor.member.id}", "EUR", "more_use", TODAY + timedelta(days=500))
    return results.record_renewed(session, actor, form, LATER)


def _would_break(session: Session, actor: Actor, ids: Ids) -> None:
    would_break.set_would_break(session, actor, WouldBreak(ids["account"], _words(actor), ids["person"], TODAY), LATER)


FORMS: dict[str, EditForm] = {
    "edit gap": EditForm(lambda s, a, ids: gap_forms.gap_form(s, a, NOW, gap_id=ids["gap"]), _save_gap),
    "close gap": EditForm(lambda s, a, ids: gap_forms.close_form(s, a, NOW, gap_id=ids["gap"]), _close_gap),
    "move gap": EditForm(
        lambda s, a, ids: gap_forms.move_form(s, a, NOW, gap_id=ids["gap"]),
        lambda s, a, ids: register.move(
            s, a, LATER, gap_id=ids["gap"], due_on=TODAY + timedelta(days=a.member.id % 9 + 1)
        ),
    ),
    "hand over gap": EditForm(
        lambda s, a, ids: gap_forms.hand_over_form(s, a, NOW, gap_id=ids["gap"]),
        lambda s, a, ids: register.hand_over(s, a, LATER, gap_id=ids["gap"], to_slack_id=a.member.slack_id or ""),
    ),
    "would break": EditForm(lambda s, a, ids: would_break.would_break_form(s, a, ids["account"], NOW), _would_break),
    "where it shows": EditForm(
        lambda s, a, ids: outcome_shows.shows_form(s, a, ids["outcome"], NOW),
        lambda s, a, ids: outcome_shows.set_shows(s, a, ids["outcome"], LATER, where=_words(a), person_id=None),
    ),
    "answer": EditForm(lambda s, a, ids: meeting_forms.answer_form(s, a, NOW, prompt_id=ids["prompt"]), _answer),
    "hand over": EditForm(
        lambda s, a, ids: meeting_forms.hand_over_form(s, a, ids["prompt"], NOW),
        lambda s, a, ids: answers.hand_over(s, a, ids["prompt"], a.member.slack_id or "", LATER),
    ),
    "edit account": EditForm(
        lambda s, a, ids: edit.edit_form(s, a, ids["account"], NOW),
        lambda s, a, ids: edit.edit_account(
            s,
            a,
            AccountEdit(ids["account"], edit.edit_form(s, a, ids["account"], LATER).name, crm_link=_link(a)),
            LATER,
        ),
    ),
    "choose owner": EditForm(
        lambda s, a, ids: handover.owner_form(s, a, ids["account"], NOW),
        lambda s, a, ids: handover.choose_owner(s, a, ids["account"], a.member.slack_id or "", LATER),
    ),
    "pause series": EditForm(
        lambda s, a, ids: pauses.pause_form(s, a, ids["cadence"], NOW),
        lambda s, a, ids: pauses.pause_cadence(
            s, a, ids["cadence"], TODAY + timedelta(days=40 + 10 * (a.member.id % 2)), LATER
        ),
    ),
    "end series": EditForm(
        lambda s, a, ids: pauses.pause_form(s, a, ids["cadence"], NOW),
        lambda s, a, ids: pauses.end_cadence(s, a, ids["cadence"], LATER),
    ),
    "cadence": EditForm(lambda s, a, ids: cadences.form(s, a, ids["account"], NOW), _cadence),
    "baseline": EditForm(lambda s, a, ids: outcome_terms.terms_form(s, a, ids["outcome"], NOW), _terms),
    "outcome_details": EditForm(lambda s, a, ids: outcome_details.details_form(s, a, ids["outcome"], NOW), _details),
    "agreement": EditForm(lambda s, a, ids: agreement.agreement_form(s, a, ids["account"], NOW), _agreement),
    "outcome owner": EditForm(
        lambda s, a, ids: outcome_details.owner_form(s, a, ids["outcome"], NOW),
        lambda s, a, ids: outcome_details.set_owner(s, a, ids["outcome"], ids[f"person of {a.member.name}"], LATER),
    ),
    "retired": _settles("retired", "outcome"),
    "person left": _settles("left", "person"),
    "edit person": EditForm(
        lambda s, a, ids: people_list.edit_form(s, a, ids["person"], NOW),
        lambda s, a, ids: people.edit_person(
            s, a, ids["person"], LATER, name=_name(s, a, ids), parts=(Part.USER,), title=_words(a), email=None
        ),
    ),
    "person left, from the list": EditForm(
        lambda s, a, ids: people_list.left_form(s, a, ids["person"], NOW),
        lambda s, a, ids: people.person_left(s, a, ids["person"], TODAY + timedelta(days=a.member.id), LATER),
    ),
    "person back": EditForm(
        lambda s, a, ids: people_list.back_form(s, a, ids["person who left"], NOW),
        lambda s, a, ids: people.person_returned(s, a, ids["person who left"], TODAY, LATER),
    ),
    "obstacle cleared": _settles("cleared", "obstacle"),
    "promise kept": _settles(PromiseState.KEPT.value, "promise"),
    "first win": EditForm(
        lambda s, a, ids: plan.settle_form(s, a, ids["account"], NOW),
        lambda s, a, ids: plan.first_win(s, a, ids["account"], LATER, on=TODAY, words=_words(a)),
    ),
    "dispute": EditForm(
        lambda s, a, ids: forms.reason_form(s, a, ids["evidence"], dispute=True),
        lambda s, a, ids: record.dispute(s, a, ids["evidence"], LATER, by_person=None, why=_words(a)),
    ),
    "withdraw": EditForm(
        lambda s, a, ids: forms.reason_form(s, a, ids["evidence"], dispute=False),
        lambda s, a, ids: record.withdraw(s, a, ids["evidence"], _words(a), LATER),
    ),
    "not shown": EditForm(
        lambda s, a, ids: not_shown.not_shown_form(s, a, ids["evidence"], NOW),
        lambda s, a, ids: countersign.countersign(s, a, ids["evidence"], CheckVerdict.DOES_NOT, LATER, note=_words(a)),
    ),
    "agreement not shown": EditForm(
        lambda s, a, ids: agreement_looks.not_shown_form(s, a, ids["terms"], NOW),
        lambda s, a, ids: agreement_looks.look(s, a, ids["terms"], CheckVerdict.DOES_NOT, LATER, note=_words(a)),
    ),
    "attribute": EditForm(
        lambda s, a, ids: attribution.attribution_form(s, a, ids["evidence"], NOW),
        lambda s, a, ids: attribution.attribute(
            s, a, Isolation(ids["evidence"], f"V{a.member.id}:isolate", Method.BEFORE_AFTER, _words(a)), LATER
        ),
    ),
    "stage": EditForm(
        lambda s, a, ids: stages.stage_view(s, a, ids["account"], NOW),
        lambda s, a, ids: stages.overrule(s, a, ids["account"], Stage.RENEWAL, LATER, reason=_words(a)),
    ),
    "tier": EditForm(
        lambda s, a, ids: tiers.tier_view(s, a, ids["account"], NOW),
        lambda s, a, ids: tiers.overrule_tier(s, a, ids["account"], Tier.LOW_TOUCH, LATER, reason=_words(a)),
    ),
    "judge": EditForm(
        lambda s, a, ids: judgement.judge_form(s, a, ids["account"], NOW),
        lambda s, a, ids: judgement.judge(s, a, NewJudgement(ids["account"], "no", _words(a), "a fact"), LATER),
    ),
    "renewal call": EditForm(
        lambda s, a, ids: calls.call_form(s, a, ids["account"], NOW),
        lambda s, a, ids: calls.record_call(s, a, NewCall(ids["account"], "likely", _words(a)), LATER),
    ),
    "call in a prompt": EditForm(
        lambda s, a, ids: renewal_calls.at_risk_form(s, a, ids["prompt"], NOW),
        lambda s, a, ids: renewal_calls.call(s, a, ids["prompt"], LATER, word="likely", why=_words(a)),
    ),
    "renewed": EditForm(lambda s, a, ids: results.renewed_form(s, a, ids["account"], NOW), _renewed),
    "left": EditForm(
        lambda s, a, ids: results.left_form(s, a, ids["account"], NOW),
        lambda s, a, ids: results.record_left(s, a, Left(ids["account"], TODAY, "competitor", _words(a)), LATER),
    ),
    "packet": EditForm(
        lambda s, a, ids: acceptances.accept_form(s, a, ids["account"], NOW),
        lambda s, a, ids: acceptances.accept(
            s, a, NewAcceptance(ids["account"], ids[f"person of {a.member.name}"], TODAY), LATER
        ),
    ),
    "risk assign": _risk(
        ownership.assign_form, lambda s, a, risk: ownership.assign(s, a, risk, a.member.slack_id or "", LATER)
    ),
    "risk snooze": _risk(
        ownership.snooze_form,
        lambda s, a, risk: ownership.snooze(
            s, a, risk, LATER, until=TODAY + timedelta(days=2 + a.member.id % 9), why=_words(a)
        ),
    ),
    "risk close": _risk(ownership.close_form, lambda s, a, risk: ownership.close(s, a, risk, LATER, how=_words(a))),
    "action answer": _action("answer", actions.answer_loop),
    "action told": _action("told", lambda s, a, row, words, now: steps.done(s, a, row, now, words=words)),
    "step dropped": _step("drop", lambda s, a, row: steps.drop(s, a, row, _words(a), LATER)),
    "step moved": _step(
        "move", lambda s, a, row: steps.move(s, a, row, TODAY + timedelta(days=a.member.id % 9 + 1), LATER)
    ),
    "step handed over": _step("hand", lambda s, a, row: steps.hand_over(s, a, row, a.member.slack_id or "", LATER)),
    "action theme": _action("theme", actions.set_theme),
    "portfolio": EditForm(lambda s, a, ids: setup.change_form(s, a, ids["portfolio"], NOW), _portfolio),
    "band of a currency": EditForm(
        lambda s, a, ids: currency_bands.band_form(s, a, ids["portfolio"], "CHF", NOW),
        lambda s, a, ids: currency_bands.set_band(
            s, a, ids["portfolio"], "CHF", LATER, typed=f"{90_000 + a.member.id} / 18,000", loads=""
        ),
    ),
    "default series": EditForm(
        lambda s, a, ids: default_series.series_form(s, a, ids["portfolio"], NOW),
        lambda s, a, ids: default_series.set_default_series(
            s,
            a,
            ids["portfolio"],
            LATER,
            by_tier={Tier.HIGH_TOUCH: "weekly"},
            begins=f"{9 + a.member.id % 7:02}:00",
            ends="18:00",
        ),
    ),
    "loop channels": EditForm(
        lambda s, a, ids: setup.loops_form(s, a, ids["portfolio"], NOW),
        lambda s, a, ids: setup.set_loops(
            s, a, ids["portfolio"], LATER, product=f"C0{a.member.id}PRODUCT", go_to_market=None
        ),
    ),
}
