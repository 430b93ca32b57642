"""Takes in what a digest says, account by account, and holds the lists that its message and its thread are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.account.judgement import last_day_to_act
from bot.domain.enums import CreditCause
from bot.domain.model import Account
from bot.domain.portfolio.bridge import Step
from bot.domain.portfolio.comparison import AccountChange, AccountMove, OutcomeChange
from bot.domain.portfolio.digest import AccountNews, Listener
from bot.domain.values.days import shift_day
from bot.domain.values.money import money
from bot.domain.values.text import coming_day, near_day, percent, short
from bot.features.portfolios.digest_layout import Layout
from bot.features.portfolios.digest_pages import MOST_LINES, TEXT
from bot.features.portfolios.phrases import PortfolioPhrase, WeekPhrase
from bot.features.portfolios.shortlist import Entry, Shortlist
from bot.phrases import phrase, say

_LONG_PAST = timedelta(days=7)
_HALF, _RENEWABLE = Decimal("0.5"), Decimal("0.8")
_NAME = 60
_WHY_NAMES = 3

MOVES = ("joined", "returned", "moved_in", "moved_out", "merged", "arr_changed")
OUTCOMES = (CreditCause.TERMS, CreditCause.ADDED, CreditCause.RETIRED)
_LISTS = ("lost", "renewals", "no", "proven", "theatre", *OUTCOMES, *MOVES)


@dataclass(slots=True)
class Why:
    """What a step of the bridge is about: a few names, how many accounts and outcomes, and what to say of one alone."""

    names: list[str] = field(default_factory=list)
    accounts: int = 0
    outcomes: int = 0
    detail: str = ""

    def add(self, name: str, outcomes: int, detail: str) -> None:
        """Take in an account."""
        self.accounts += 1
        self.outcomes += outcomes
        self.detail = detail if self.accounts == 1 else ""
        if len(self.names) < _WHY_NAMES:
            self.names.append(name)


@dataclass(frozen=True, slots=True)
class Broken:
    """An outcome that no longer counts, or is missed or disputed: what a line of it needs beside who has it."""

    account_id: int
    outcome_id: int
    name: str
    title: str
    how: CreditCause
    stands: str


class WeekLists(Listener):
    """The lists of a week. It holds no more lines than can be shown, however many accounts there are.

    `names` are those of members, by id. `since` is the day of the last digest, `reasons` why accounts left.
    """

    def __init__(
        self, names: Mapping[int, str], today: date, since: date | None, reasons: Mapping[int, str] | None = None
    ) -> None:
        self.layout = Layout({}, room=0)  # whose accounts they are is not for the channel
        self.lists = {str(name): Shortlist() for name in _LISTS}
        self.long_past, self.newly_no = Shortlist(), Shortlist()
        self.broken: list[Broken] = []
        self.broken_count = 0
        self.whys: dict[tuple[str, Step], Why] = {}
        self._names, self._today, self._since, self._reasons = names, today, since, reasons or {}
        self._moved_terms: set[int] = set()

    @property
    def hidden(self) -> int:
        """How many lines the thread cannot have in any case."""
        counted = self.broken_count - len(self.broken) + sum(entries.hidden for entries in self.lists.values())
        return counted + self.layout.hidden

    def account(self, news: AccountNews) -> None:
        """Take in how a customer stands."""
        self.layout.account(news)
        account = news.account
        if news.renews and account.renewal_date is not None:
            self._renewal(account, account.renewal_date, news)
        if news.judged_no is not None:
            self._judged_no(news)
        for fact in news.moved_terms:
            self._moved_terms.add(account.id)
            self.lists[CreditCause.TERMS].add(_entry(account, short(phrase(fact), TEXT)))
        if news.theatre:
            self.lists["theatre"].add(_entry(account, short(phrase(news.theatre[0]), TEXT)))

    def changed(self, change: AccountChange) -> None:
        """Take in the outcomes of an account that are not as they were told."""
        by_step: dict[CreditCause, list[OutcomeChange]] = {}
        for outcome in change.outcomes:
            if outcome.cause is not None:
                by_step.setdefault(outcome.cause, []).append(outcome)
            self._outcome(change.account, outcome)
        for cause, outcomes in by_step.items():
            detail = self._restated(outcomes[0]) if cause is CreditCause.RESTATED else ""
            self._why(change.account.currency, cause, _name(change.account), (len(outcomes), detail))

    def moved(self, move: AccountMove) -> None:
        """Take in an account that came, went or weighs something else."""
        share, today = (
            None if of is None else percent(Decimal(of.numerator) / of.denominator)
            for of in (move.proven, move.proven_now)
        )
        text = say(
            WeekPhrase.MOVE_TEXT,
            kind=move.movement.value,
            arr=move.arr and str(move.arr),
            before=move.before and str(move.before),
            place=move.place,
            taken_back=move.taken_back,
            share=share,
            today=today if share is not None and today != share else None,
            reason=self._reasons.get(move.account.id),
        )
        name, weight = _name(move.account), move.arr.major if move.arr else Decimal(-1)
        self.lists[move.movement.value].add(Entry((-weight, move.account.id), name, text, move.arr))
        for currency in {amount.currency for amount in (move.arr, move.before) if amount}:
            self._why(currency, move.movement, name, (0, text))

    def _outcome(self, account: Account, outcome: OutcomeChange) -> None:
        by_terms = outcome.cause is CreditCause.TERMS and account.id not in self._moved_terms
        named = outcome.newly_retired or outcome.cause is CreditCause.ADDED or by_terms
        if not (outcome.newly_proven or outcome.broken or named):
            return
        told = outcome.told
        title = told.title if told is not None else say(PortfolioPhrase.GONE_OUTCOME)
        stands = short(phrase(told.stands), TEXT) if told is not None else title
        if outcome.newly_proven:
            who, seen = (told.attestor, told.witness) if told is not None else (None, None)
            text = say(WeekPhrase.PROVEN, title=title, who=who, seen=seen)
            self.lists["proven"].add(_entry(account, text, stands))
        if outcome.broken is not None:
            self.broken_count += 1
            if len(self.broken) < MOST_LINES:
                ids, how = (account.id, outcome.outcome_id), outcome.broken
                self.broken.append(Broken(*ids, _name(account), title, how, stands))
        if named:
            kind = CreditCause.RETIRED if outcome.newly_retired else outcome.cause or CreditCause.ADDED
            self.lists[kind].add(_entry(account, say(WeekPhrase.OUTCOME, title=title), stands))

    def _renewal(self, account: Account, on: date, news: AccountNews) -> None:
        is_past = on < self._today
        arr, notice = money(account.arr_minor, account.currency), last_day_to_act(on, account.notice_days)
        text = say(
            WeekPhrase.RENEWAL,
            arr=arr and str(arr),
            past=is_past,
            on=coming_day(on, self._today),
            notice=coming_day(notice, self._today) if notice is not None and notice >= self._today else None,
            share=percent(news.coverage),
            outcomes=news.outcomes,
        )
        sign = "high" if is_past or news.coverage < _HALF else "medium" if news.coverage < _RENEWABLE else ""
        entry = Entry((on, account.id), _name(account), text, arr, sign, account_id=account.id)
        self.lists["renewals"].add(entry)
        if on <= shift_day(self._today, -_LONG_PAST):
            self.long_past.add(Entry((on, account.id), _name(account), near_day(on, self._today), arr))

    def _judged_no(self, news: AccountNews) -> None:
        no = news.judged_no
        assert no is not None
        who = self._names.get(no.by) or say(PortfolioPhrase.SOMEBODY)
        text = say(WeekPhrase.JUDGED_NO, who=who, on=near_day(no.on, self._today), why=no.why)
        self.lists["no"].add(_entry(news.account, text))
        if self._since is not None and no.on >= self._since:
            self.newly_no.add(_entry(news.account, text))

    def _restated(self, outcome: OutcomeChange) -> str:
        """When a figure was, and when it was entered."""
        fate = outcome.fate
        entered = fate is not None and fate.cause is CreditCause.FALLEN_BACK
        days = [day and near_day(day, self._today) for day in (fate.as_of, fate.recorded_on)] if fate else [None, None]
        return say(WeekPhrase.RESTATED, as_of=days[0] if entered else None, recorded=days[1])

    def _why(self, currency: str | None, step: Step, name: str, what: tuple[int, str]) -> None:
        if currency:
            self.whys.setdefault((currency, step), Why()).add(name, *what)


def _entry(account: Account, text: str, in_full: str = "") -> Entry:
    """A line that keeps its place: accounts go by worst first."""
    return Entry((), _name(account), text, in_full=in_full)


def _name(account: Account) -> str:
    return short(account.name, _NAME)
