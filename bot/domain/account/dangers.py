"""The dangers that the ledger alone can show, each with its fact (`RiskKind`).

Facts carry dates and not ages, so that a fact stays true, and the same, until the ledger changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.domain.account import silence as account_silence
from bot.domain.account.actions import open_action
from bot.domain.account.departures import ANSWERABLE, CARRIERS, SPONSORS, Departure, departures
from bot.domain.account.movement import moves, refuted
from bot.domain.account.promises import is_open
from bot.domain.account.verdicts import doubt
from bot.domain.enums import AccountStatus, Grade, PromptState, RiskKind, Severity, Standing, Verdict
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Action, MeetingFact, Obstacle, Person, ProofState
from bot.domain.proof.coverage import RENEWABLE
from bot.domain.proof.grading import Graded
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.values.days import add_days, shift_day

RENEWAL_WINDOW = timedelta(days=120)
RENEWAL_NEAR = timedelta(days=60)
OVERDUE_AFTER = timedelta(days=7)
SILENT_PROMPTS = 2
MANY_SILENT_PROMPTS = 4
MEETINGS_WITHOUT_EVIDENCE = 3
_DECIDED = (PromptState.ANSWERED, PromptState.SILENT)


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger as the rules see it today; a `Risk` is the row that follows it until somebody closes it.

    `subject` names the row it is about (`outcome:12`, `action:5`, `person:3`) or is empty for the whole account; kind
    and subject together say whether two dangers are the same one. `since` is `None` when the ledger does not know.
    """

    kind: RiskKind
    subject: str
    severity: Severity
    fact: Fact
    since: date | None


def dangers(
    state: ProofState,
    outcomes: Sequence[Graded],
    covered_share: Decimal,
    on: date,
    now: datetime,
    *,
    retired: Sequence[Graded] = (),
) -> tuple[Danger, ...]:
    """Every danger of an account on a day, the worst first. A former customer has none.

    `outcomes` are the graded outcomes that are not retired, `covered` the account's coverage. `retired` are those that
    were retired unproven and still count: retiring what was missed does not end the danger, the manager's yes does.
    """
    if state.account.status is AccountStatus.FORMER:
        return ()
    near = renews_within(state, on, RENEWAL_WINDOW)
    named: list[Danger] = []
    if state.owner_left:
        named.append(_owner_left(state))
    if not outcomes:
        named.append(_no_success(state, near))
    for graded in outcomes:
        if graded.disputed is not None or graded.last_grade is not None or graded.standing is Standing.DISPROVEN:
            named.extend(_of_outcome(graded, near))
    named.extend(_disproven(graded) for graded in retired if graded.standing is Standing.DISPROVEN)
    named.extend(_no_customer_owner(outcomes, on))
    if state.people:
        named.extend(_people_left(state.people, outcomes, on))
    if near and covered_share < RENEWABLE:
        named.append(_renewal_unproven(state, (*outcomes, *retired), covered_share, on))
    if state.meetings:
        named.extend(_of_meetings(state, now))
    named.extend(_nobody_meets(state, near, on))
    if state.judgements:
        named.extend(_of_judgement(state, now))
    for action in state.actions:
        if action.due_on is not None and action.due_on < on and open_action(action, on):
            named.extend(_overdue(state, action, action.due_on, on))
    named.extend(_promises_and_obstacles_overdue(state, near, on))
    if len(named) > 1:
        named.sort(key=lambda danger: (-danger.severity, danger.since or date.max, danger.kind, danger.subject))
    return tuple(named)


def renews_within(state: ProofState, on: date, window: timedelta) -> bool:
    """Whether the renewal is at most `window` away. A date that has passed counts: nobody has written a new one."""
    renewal = state.account.renewal_date
    return renewal is not None and renewal - on <= window


def held_meetings(meetings: Iterable[MeetingFact], now: datetime) -> list[MeetingFact]:
    """Meetings whose prompt came to something, oldest first."""
    return [meeting for meeting in meetings if came_to_something(meeting, now)]


def came_to_something(meeting: MeetingFact, now: datetime) -> bool:
    """Whether the prompt of a meeting was answered, or passed in silence. Meetings called off and those that nobody was
    asked about say nothing."""
    return meeting.prompt in _DECIDED or (meeting.prompt is PromptState.OPEN and meeting.starts_at <= now)


def evidence_recorded_since(state: ProofState, moment: datetime, after: date, now: datetime) -> bool:
    """Whether evidence that moves anything since the day `after` came in at or after a moment, by whatever way."""
    today, failed = now.date(), refuted(state)
    recent = (piece for piece in state.evidence if moment <= piece.recorded_at <= now and piece.id not in failed)
    return any(moves(piece, after, today) for piece in recent)


def next_change(state: ProofState, on: date, now: datetime) -> date | None:
    """The first day on which time alone can raise, end or worsen a danger that is not of one outcome's evidence.

    It is `on` itself when a meeting with an open prompt starts later today.
    """
    possible: list[date] = []
    renewal = state.account.renewal_date
    if renewal is not None:
        possible += [shift_day(renewal, -RENEWAL_WINDOW), shift_day(renewal, -RENEWAL_NEAR), add_days(renewal, 1)]
    for action in state.actions:
        if action.due_on is not None and open_action(action, on):
            possible.append(shift_day(action.due_on, OVERDUE_AFTER))
    dated = [promise.due_on for promise in state.promises if is_open(promise, on)]
    dated += [obstacle.due_on for obstacle in state.obstacles if in_the_way(obstacle, on)]
    possible += [add_days(due_on, 1) for due_on in dated if due_on is not None]
    possible += [obstacle.cleared_on for obstacle in state.obstacles if obstacle.cleared_on is not None]
    for person in state.people:
        possible += [day for day in (person.left_on, person.returned_on) if day is not None]
        possible += [day for _, day in person.dropped_parts]
    silent_from = account_silence.next_change(state, on)
    days = [day for day in (*possible, silent_from) if day is not None and day > on]
    still_open = (meeting for meeting in state.meetings if meeting.prompt is PromptState.OPEN)
    days.extend(meeting.starts_at.date() for meeting in still_open if meeting.starts_at > now)
    return min(days, default=None)


def in_the_way(obstacle: Obstacle, on: date) -> bool:
    """Whether the obstacle is not cleared by the day."""
    return obstacle.cleared_on is None or obstacle.cleared_on > on


def _no_success(state: ProofState, near: bool) -> Danger:
    severity = Severity.HIGH if near else Severity.MEDIUM
    return Danger(RiskKind.NO_SUCCESS_WRITTEN, "", severity, fact(FactCode.NO_SUCCESS), state.account.contract_start)


def _owner_left(state: ProofState) -> Danger:
    """Who owned the account is no longer one of us. On which day they left is not kept."""
    left = fact(FactCode.OWNER_LEFT, name=state.names.get(state.account.owner_id or 0))
    return Danger(RiskKind.OWNER_LEFT, "", Severity.HIGH, left, None)


def _of_outcome(graded: Graded, near: bool) -> Iterable[Danger]:
    if graded.disputed is not None:
        yield _disputed(graded)
    if graded.standing is Standing.DISPROVEN:
        yield _disproven(graded)
    elif graded.last_grade is not None and graded.last_grade >= Grade.CONFIRMED and graded.expired:
        yield _expired(graded, near)


def _disputed(graded: Graded) -> Danger:
    piece = graded.disputed
    assert piece is not None
    person = graded.people.get(piece.disputed_by) if piece.disputed_by is not None else None
    disputed = fact(
        FactCode.DISPUTED_PROOF,
        person=person.name if person else None,
        title=graded.outcome.title,
        why=piece.disputed_why,
    )
    return Danger(RiskKind.PROOF_DISPUTED, _outcome(graded), Severity.HIGH, disputed, piece.disputed_on)


def _disproven(graded: Graded) -> Danger:
    shown_by, outcome = graded.missed or (None, graded.outcome)
    due_on = outcome.due_on
    assert due_on is not None
    stood_down = shown_by is not None and is_withdrawn(shown_by, graded.on)
    not_moved = fact(
        FactCode.NOT_MOVED,
        title=graded.outcome.title,
        due=due_on,
        value=graded.value if shown_by is None else shown_by.value,
        unit=outcome.unit,
        withdrawn_on=shown_by.withdrawn_on if shown_by is not None and stood_down else None,
    )
    return Danger(RiskKind.DISPROVEN, _outcome(graded), Severity.HIGH, not_moved, due_on)


def _expired(graded: Graded, near: bool) -> Danger:
    assert graded.last_grade is not None and graded.expired_on is not None
    title = graded.outcome.title
    ran_out = fact(FactCode.PROOF_RAN_OUT, title=title, grade=graded.last_grade, until=graded.expired_on)
    severity = Severity.HIGH if near else Severity.MEDIUM
    return Danger(RiskKind.PROOF_EXPIRED, _outcome(graded), severity, ran_out, graded.expired_on)


def _outcome(graded: Graded) -> str:
    return f"outcome:{graded.outcome.id}"


def _no_customer_owner(outcomes: Sequence[Graded], on: date) -> Iterable[Danger]:
    """One danger for the account, however many of its outcomes nobody at the customer owns."""
    orphans = [graded for graded in outcomes if not owned(graded, on)]
    if not orphans:
        return
    every = len(orphans) == len(outcomes)
    titles = () if every else tuple(graded.outcome.title for graded in orphans[:3])
    not_owned = fact(FactCode.NO_CUSTOMER_OWNER, titles=titles, more=len(orphans) - len(titles))
    severity = Severity.HIGH if every else Severity.MEDIUM
    yield Danger(RiskKind.NO_CUSTOMER_OWNER, "", severity, not_owned, None)


def owned(graded: Graded, on: date) -> bool:
    """Whether a person who is still at the customer owns the outcome."""
    owner_id = graded.outcome.owner_person_id
    if owner_id is None:
        return False
    owner = graded.people.get(owner_id)
    return owner is not None and owner.is_there(on)


def _people_left(people: Sequence[Person], outcomes: Sequence[Graded], on: date) -> Iterable[Danger]:
    """Somebody left whom the account stands on, and nobody who is still there, and was heard since, has the part."""
    if not any(person.left_on is not None or person.dropped_parts for person in people):
        return
    for gone in departures(people, outcomes, SPONSORS, on):
        yield _left(RiskKind.SPONSOR_LEFT, gone, Severity.HIGH)
    for gone in departures(people, outcomes, CARRIERS, on):
        if not gone.person.left_before_upgrade:
            severity = Severity.HIGH if gone.person.plays(*ANSWERABLE) else Severity.MEDIUM
            yield _left(RiskKind.PERSON_LEFT, gone, severity)


def _left(kind: RiskKind, gone: Departure, severity: Severity) -> Danger:
    instead = gone.instead
    back = instead.since if instead is not None and instead.namesake is None else None
    left = fact(
        FactCode.PERSON_LEFT,
        name=gone.person.name,
        parts=gone.parts,
        on=gone.left_on,
        gave_up=gone.gave_up,
        back=back,
        instead=instead.person.name if instead is not None and instead.namesake is not None else None,
    )
    return Danger(kind, f"person:{gone.person.id}", severity, left, gone.left_on)


def _renewal_unproven(state: ProofState, outcomes: Sequence[Graded], covered_share: Decimal, on: date) -> Danger:
    renewal = state.account.renewal_date
    assert renewal is not None
    proven = sum(graded.standing is Standing.PROVEN for graded in outcomes)
    unproven = fact(
        FactCode.RENEWAL_UNPROVEN,
        renewal=renewal,
        passed=renewal < on,
        share=covered_share,
        proven=proven,
        outcomes=len(outcomes),
    )
    severity = Severity.HIGH if renews_within(state, on, RENEWAL_NEAR) else Severity.MEDIUM
    return Danger(RiskKind.RENEWAL_UNPROVEN, "", severity, unproven, shift_day(renewal, -RENEWAL_WINDOW))


def _of_meetings(state: ProofState, now: datetime) -> Iterable[Danger]:
    past_meetings = held_meetings(state.meetings, now)
    silent = 0
    while silent < len(past_meetings) and past_meetings[-1 - silent].prompt is not PromptState.ANSWERED:
        silent += 1
    if silent >= SILENT_PROMPTS:
        yield _unanswered(past_meetings[-silent:])
    last = past_meetings[-MEETINGS_WITHOUT_EVIDENCE:]
    if len(last) == MEETINGS_WITHOUT_EVIDENCE and without_evidence(state, last, now):
        nothing_new = fact(FactCode.MEETINGS_WITHOUT_EVIDENCE, count=len(last), dates=dates_of(last))
        yield Danger(RiskKind.NO_NEW_EVIDENCE, "", Severity.MEDIUM, nothing_new, last[0].starts_at.date())


def dates_of(meetings: Sequence[MeetingFact]) -> tuple[date, ...]:
    """The days of some meetings, in their order."""
    return tuple(meeting.starts_at.date() for meeting in meetings)


def without_evidence(state: ProofState, meetings: Sequence[MeetingFact], now: datetime) -> bool:
    """No answer among these meetings moved evidence, and none came in by another way since the first of them."""
    if any(meeting.moved_evidence for meeting in meetings):
        return False
    first = meetings[0].starts_at
    return not evidence_recorded_since(state, first, add_days(first.date(), -1), now)


def _unanswered(silent: Sequence[MeetingFact]) -> Danger:
    last = dates_of(silent[-MANY_SILENT_PROMPTS:])
    unanswered = fact(FactCode.PROMPTS_UNANSWERED, count=len(silent), dates=last)
    severity = Severity.HIGH if len(silent) >= MANY_SILENT_PROMPTS else Severity.MEDIUM
    return Danger(RiskKind.PROMPTS_UNANSWERED, "", severity, unanswered, silent[0].starts_at.date())


def _nobody_meets(state: ProofState, near: bool, on: date) -> Iterable[Danger]:
    """No meeting ahead and nothing heard for 60 days: where nobody is asked, nothing else would tell."""
    silent = account_silence.silence(state, on)
    if silent is None or silent.begins > on:
        return
    not_met = fact(
        FactCode.NOBODY_MEETS,
        since=silent.since,
        heard=int(silent.heard),
        next=silent.meets_on,
        tier=state.account.tier,
    )
    severity = Severity.HIGH if near else Severity.MEDIUM
    yield Danger(RiskKind.NOBODY_MEETS, "", severity, not_met, silent.begins)


def _of_judgement(state: ProofState, now: datetime) -> Iterable[Danger]:
    """The last verdict is "no" or "not clear": somebody must deal with what its judge knows."""
    last = doubt(state, now)
    if last is None:
        return
    judged_on = last.judged_at.date()
    said = fact(FactCode.JUDGED, verdict=last.verdict, by=state.names.get(last.judged_by), why=last.why, on=judged_on)
    severity = Severity.HIGH if last.verdict is Verdict.NO else Severity.MEDIUM
    yield Danger(RiskKind.JUDGED, "", severity, said, judged_on)


def _overdue(state: ProofState, action: Action, due_on: date, on: date) -> Iterable[Danger]:
    if on - due_on < OVERDUE_AFTER:
        return
    owner = state.names.get(action.owner_id) if action.owner_id is not None else None
    overdue = fact(FactCode.ACTION_OVERDUE, text=action.text, due=due_on, owner=owner)
    since = shift_day(due_on, OVERDUE_AFTER)
    yield Danger(RiskKind.ACTION_OVERDUE, f"action:{action.id}", Severity.MEDIUM, overdue, since)


def _promises_and_obstacles_overdue(state: ProofState, near: bool, on: date) -> Iterable[Danger]:
    """Open promises and obstacles from the day after theirs; near the renewal they weigh more."""
    for promise in state.promises:
        if promise.due_on is not None and promise.due_on < on and is_open(promise, on):
            severity = Severity.HIGH if near else Severity.MEDIUM
            late = fact(FactCode.PROMISE_OVERDUE, text=promise.text, due=promise.due_on)
            since = add_days(promise.due_on, 1)
            yield Danger(RiskKind.PROMISE_OVERDUE, f"promise:{promise.id}", severity, late, since)
    for obstacle in state.obstacles:
        if obstacle.due_on is not None and obstacle.due_on < on and in_the_way(obstacle, on):
            late = fact(
                FactCode.OBSTACLE_OVERDUE, text=obstacle.text, due=obstacle.due_on, owner=_clears(state, obstacle)
            )
            since = add_days(obstacle.due_on, 1)
            severity = Severity.MEDIUM if near else Severity.LOW
            yield Danger(RiskKind.OBSTACLE_OVERDUE, f"obstacle:{obstacle.id}", severity, late, since)


def _clears(state: ProofState, obstacle: Obstacle) -> str | None:
    """The name of the person at the customer, or else of ours, who clears an obstacle."""
    theirs = next((person.name for person in state.people if person.id == obstacle.owner_person_id), None)
    return theirs or (state.names.get(obstacle.owner_id) if obstacle.owner_id is not None else None)
