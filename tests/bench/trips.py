"""What a network adds: card, answer and App Home on a PostgreSQL that is a millisecond away, each way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from itertools import count

from sqlalchemy import text

from bot.app import accounts as app_accounts
from bot.app import submissions
from bot.app.actor import Actor
from bot.app.submissions import Submission
from bot.domain.enums import Change
from bot.features.accounts import card as account_card
from bot.features.meetings import answers
from bot.features.meetings.new_answer import NewAnswer
from bot.store import members
from bot.store.engine import Database
from tests.bench import home
from tests.bench.filling import NOW, OWNER
from tests.bench.measuring import Side, in_turns, statements_of
from tests.bench.proxy import delayed
from tests.bench.registry import Figure, Run, bounded, compared

_ACCOUNTS = 1_000
_AWAY_SECONDS = 0.001
_numbers = count(1)


def trips(run: Run) -> Iterable[Figure]:
    """Clock time near and a millisecond away each way, and the statements, who acts included, transactions' own not."""
    near = home.filled(run, "postgresql", _ACCOUNTS)
    _ask(near)
    works: dict[str, tuple[Callable[[Database], None], int | None]] = {
        "card": (_card, 6),
        "home": (home.show, None),
        "answer": (_answer, 25),
    }
    with delayed(near.url, _AWAY_SECONDS) as url:
        away = Database(url)
        for name, (work, most) in works.items():
            took = in_turns({"near": Side(partial(work, near)), "away": Side(partial(work, away))}, run.size(15, 7))
            against = "the same with no network in between"
            yield compared(f"trips_{name}", took["away"].wall * 1e3, took["near"].wall * 1e3, "ms", against)
            asked = statements_of(near, partial(work, near))
            yield bounded(f"trips_{name}_statements", asked, "statements", "no baseline", most=most)
        away.dispose()
    near.dispose()


def _ask(database: Database) -> None:
    """Let the first meeting of every account be tomorrow, and its prompt wait for an answer."""
    soon = {"soon": NOW + timedelta(hours=20)}
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM answer WHERE meeting_id % 4 = 1"))
        connection.execute(text("UPDATE meeting SET starts_at = :soon WHERE id % 4 = 1"), soon)
        connection.execute(text("UPDATE prompt SET state = 'open', closes_at = :soon WHERE id % 4 = 1"), soon)


def _card(database: Database) -> None:
    with database.reading() as session:
        member = members.by_slack_id(session, 1, OWNER)
        assert member is not None
        actor = Actor(member, "bench")
        hit = app_accounts.find(session, actor, "customer 77").hit
        assert hit is not None
        account_card.card(session, actor, hit.id, NOW)


def _answer(database: Database) -> None:
    """The answer to a prompt, another one each time, with a next step, as the form submits it."""
    number = next(_numbers)
    with database.begin() as session:
        member = members.by_slack_id(session, 1, OWNER)
        assert member is not None
        actor = Actor(member, "bench")
        step = f"Send report {number}"
        meeting_id = 4 * number - 3
        said = NewAnswer(
            number, f"bench:{number}", Change.BEHAVIOUR, meeting_id, what_changed="They use it", next_action=step
        )
        submission = Submission(f"bench:{number}", str(number))
        submissions.once(session, actor, submission, lambda: answers.answer(session, actor, said, NOW).id, NOW)
