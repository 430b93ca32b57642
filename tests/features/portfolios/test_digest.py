"""The weekly digest: once a portfolio a week, short in the message, whole in its thread, and no word of owners."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Change,
    CheckKind,
    CheckVerdict,
    PromptState,
    RiskKind,
    RiskState,
    Verdict,
)
from bot.domain.portfolio.book import Book
from bot.features.portfolios import digest, empty_portfolios
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.views import DigestEmptyView, DigestPrivateView, DigestRestView, DigestView
from bot.features.portfolios.week import BridgeSum
from bot.outbox.types import Claimed, Moot
from bot.rooms import MESSAGE_KINDS
from bot.store import ledger, portfolios, schema
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.features.portfolios.mondays import FIRST, FRIDAY, SECOND, THIRD, team
from tests.support import factory
from tests.support.cast import DANA
from tests.support.factory import BOT
from tests.support.managing import CHANNEL, Team, day
from tests.support.reading_aloud import RENDERER
from tests.support.statements import statements

__all__ = ["team"]


def open_one(team: Team, now: datetime) -> bool:
    with team.session() as session:
        return digest.open_due_digest(session, now)


def opened(team: Team, now: datetime) -> DigestView:
    """Open the digest that is due and read its message."""
    assert open_one(team, now)
    with team.session() as session:
        view = digest.compose_digest(session, team.messages("digest")[-1].args, now)
    assert isinstance(view, DigestView)
    return view


def thread(team: Team, digest_id: int) -> list[DigestRestView]:
    pages = [message for message in team.messages("digest-rest") if message.args["digest_id"] == digest_id]
    with team.session() as session:
        views = [digest.compose_rest(session, page.args, FIRST) for page in pages]
    return [view for view in views if isinstance(view, DigestRestView)]


def lines(view: DigestView) -> dict[str, str]:
    """The labelled lines of the message, and what they say."""
    return {line.label: line.text for part in view.news.parts for line in part.lines if line.label}


def blocks(team: Team, digest_id: int) -> dict[str, list[str]]:
    """The lists of the thread: each title with its lines."""
    told: dict[str, list[str]] = {}
    for page in thread(team, digest_id):
        for block in page.page.blocks:
            told.setdefault(block.title, []).extend(f"{', '.join(line.names)}: {line.text}" for line in block.lines)
    return told


def said(bridge: BridgeSum | None) -> str:
    """The sum as a reader reads it."""
    assert bridge is not None
    before = "".join(f" {points} {step}" for points, step in bridge.before)
    after = "".join(f" {points} {step}" for points, step in bridge.after)
    same = f" = {bridge.same}{after}" if bridge.same else ""
    return f"{bridge.start}{before}{same} = {bridge.end} of {bridge.of}"


def test_a_digest_comes_on_its_day_at_its_time_and_once(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    assert not open_one(team, FIRST - timedelta(seconds=1))
    assert open_one(team, FIRST)
    assert not open_one(team, FIRST)
    assert team.portfolio().next_digest_at == SECOND
    (message,) = team.messages("digest")
    assert (message.key, message.channel) == (f"digest:{message.args['digest_id']}", CHANNEL)


def test_the_digest_keeps_its_wall_clock_through_the_change_of_clocks(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    before_summer_time = datetime(2026, 3, 23, 9, tzinfo=UTC)
    open_one(team, before_summer_time)
    assert team.portfolio().next_digest_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_after_an_outage_one_digest_stands_for_all_that_were_missed(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    assert open_one(team, THIRD + timedelta(hours=3))
    assert not open_one(team, THIRD + timedelta(hours=3))
    assert team.portfolio().next_digest_at == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert len(team.messages("digest")) == 1


def test_two_replicas_open_one_digest(team: Team) -> None:
    due = team.portfolio()
    with team.session() as session:
        unit = portfolios.next_due_digest(session, digest.DIGESTS, FIRST)
        assert unit is not None
        assert unit.row_id == due.id
        assert portfolios.move_digest(session, due, SECOND)
        assert not portfolios.move_digest(session, due, SECOND)


def test_a_moment_that_had_its_digest_has_no_second_one_and_the_next_one_comes(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    opened(team, FIRST)
    team.change("portfolio", team.portfolio_id, FIRST, next_digest_at=FIRST)
    assert open_one(team, FIRST)
    assert not open_one(team, FIRST)
    assert len(team.messages("digest")) == 1
    assert team.portfolio().next_digest_at == SECOND


def test_the_first_digest_tells_what_is_and_names_no_change(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY, renews_in=50)
    view = opened(team, FIRST)
    assert view.since is None
    assert view.news.headline == "This is the first digest. From next Monday I say what changed."
    assert (view.news.figure, view.news.bridge) == ("50% of 200,000 EUR is proven.", None)
    assert lines(view) == {"Brick": "100,000 EUR, 18 Apr · no success plan"}
    assert not [page for page in thread(team, 1) if page.page.table]


def test_the_bridge_says_how_last_weeks_figure_became_this_weeks(team: Team) -> None:
    team.add_proven("Acme", FRIDAY, arr_minor=300_000_00)
    _, _, evidence_id = team.add_proven("Brick", FRIDAY)
    opened(team, FIRST)
    team.change("evidence", evidence_id, day(FIRST, 1), withdrawn_on=day(FIRST, 1).date(), withdrawn_why="wrong")
    team.add_proven("Cloth", day(FIRST, 2), arr_minor=100_000_00)
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "100% −25 withdrawn = 75% +5 joined = 80% of 500,000 EUR"
    assert view.since == FIRST
    assert view.news.headline == "On the same customers and outcomes, proof fell 25 points. " + (
        "“Fewer tickets a month” at Brick no longer counts: withdrawn."
    )
    assert lines(view)["Newly broken:"] == "Brick, “Fewer tickets a month” (withdrawn, not taken)"
    assert lines(view)["Joined:"] == "Cloth, 100,000 EUR, 100% proven"
    (table,) = [page.page.table for page in thread(team, 2) if page.page.table]
    assert [(row.what, row.points, row.why) for row in table.rows] == [
        ("2 Mar", "100", "2 customers"),
        ("Withdrawn", "−25", "Brick"),
        ("Same customers and outcomes", "75", "down 25"),
        ("Joined", "+5", "Cloth, 100,000 EUR, 100% proven"),
        ("9 Mar", "80", "3 customers"),
    ]


def test_a_customer_who_left_is_the_headline_also_where_the_figure_rises(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    orchid = team.add_account("Orchid", FRIDAY)
    opened(team, FIRST)
    team.change("account", orchid, day(FIRST, 1), status=AccountStatus.FORMER)
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "50% = 50% +50 lost = 100% of 100,000 EUR"
    assert view.news.headline == (
        "Orchid left, 100,000 EUR, which by itself raises the figure 50 points. "
        "On the same customers and outcomes, proof did not move."
    )
    assert lines(view)["Lost:"] == "Orchid, 100,000 EUR, reason unknown, no success plan"


def test_a_customer_moved_away_and_closed_there_is_lost_here(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    orchid = team.add_account("Orchid", FRIDAY)
    attic = team.add_portfolio("Attic", None, team.priya.id)
    opened(team, FIRST)
    team.change("account", orchid, day(FIRST, 1), portfolio_id=attic, status=AccountStatus.FORMER)
    assert lines(opened(team, SECOND))["Lost:"].startswith("Orchid, 100,000 EUR")


def test_who_moves_between_portfolios_is_named_with_from_and_to(team: Team) -> None:
    south = team.add_portfolio("South", None, team.priya.id)
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY)
    delphine = team.add_account("Delphine", FRIDAY, portfolio_id=south)
    opened(team, FIRST)
    team.change("account", acme, day(FIRST, 1), portfolio_id=south)
    team.change("account", delphine, day(FIRST, 1), portfolio_id=team.portfolio_id)
    view = opened(team, SECOND)
    told = lines(view)
    assert told["Moved out:"] == "Acme, 100,000 EUR, to South, 100% proven"
    assert told["Moved in:"] == "Delphine, 100,000 EUR, from South, no success plan"
    assert said(view.news.bridge) == "50% = 50% −17 moved in −33 moved out = 0% of 200,000 EUR"


def test_an_import_that_was_undone_loses_no_customer(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    brick = team.add_account("Brick", FRIDAY)
    opened(team, FIRST)
    gone = day(FIRST, 1)
    team.change("account", brick, gone, taken_back_at=gone, status=AccountStatus.FORMER, slug="~2")
    told = lines(opened(team, SECOND))
    assert told["Moved out:"] == "Brick, 100,000 EUR, taken back with its import, no success plan"
    assert "Lost:" not in told


def test_changed_arr_and_currency_are_named(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    brick = team.add_account("Brick", FRIDAY)
    opened(team, FIRST)
    team.change("account", acme, day(FIRST, 1), arr_minor=300_000_00)
    team.change("account", brick, day(FIRST, 1), currency="USD")
    view = opened(team, SECOND)
    assert lines(view)["ARR changed:"] == ("Acme, 100,000 EUR → 300,000 EUR · Brick, 100,000 EUR → 100,000 USD")
    assert said(view.news.bridge) == "50% = 50% +50 ARR changed = 100% of 300,000 EUR"
    assert view.news.others == ("USD 0% → 0% of 100,000 USD",)


def test_every_currency_is_shown_or_named(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    for number, currency in enumerate(("USD", "GBP", "CHF", "SEK", "NOK", "DKK")):
        team.add_account(f"Brick {number}", FRIDAY, currency=currency, arr_minor=(9 - number) * 1_000_00)
    team.add_account("Cloth", FRIDAY, arr_minor=None, currency=None)
    view = opened(team, FIRST)
    assert view.news.figure == "100% of 100,000 EUR is proven."
    assert view.news.others == (
        "USD 0% of 9,000 USD",
        "GBP 0% of 8,000 GBP",
        "CHF 0% of 7,000 CHF",
        "SEK 0% of 6,000 SEK",
        "NOK and DKK as well: they stand in the thread.",
        "1 customer without ARR is not in it.",
    )
    team.add_account("Wool", day(FIRST, 1))
    view = opened(team, SECOND)
    assert view.news.others[0] == "USD 0% → 0% of 9,000 USD"
    tables = [page.page.table for page in thread(team, 2)]
    assert [table.currency for table in tables if table] == ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK"]


def test_newly_proven_and_newly_broken_are_named(team: Team) -> None:
    acme, outcome_id, _ = team.add_proven("Acme", FRIDAY)
    brick = team.add_account("Brick", FRIDAY)
    with team.session() as session:
        dana = factory.person(session, brick, DANA, FRIDAY)
    unproven = team.add_outcome(brick, dana, FRIDAY)
    opened(team, FIRST)
    team.prove(acme, outcome_id, "900", day(FIRST, 1), as_of=day(FIRST, 1).date())
    team.prove(brick, unproven, "400", day(FIRST, 1), attested_by=dana)
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "50% +50 proven −42 fallen back = 58% of 200,000 EUR"
    told = lines(view)
    assert told["Newly broken:"] == "Acme, “Fewer tickets a month” (fallen back, not taken)"
    assert told["Newly proven:"] == "Brick, “Fewer tickets a month” (Dana Fox, read from their system)"
    assert blocks(team, 2)["Newly broken (1)"][0].startswith("Acme: “Fewer tickets a month” at 900 tickets")


def test_who_has_taken_what_broke_is_named(team: Team) -> None:
    acme, outcome_id, evidence_id = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    team.change("evidence", evidence_id, day(FIRST, 1), disputed_on=day(FIRST, 1).date())
    team.look(day(FIRST, 1))
    risk = team.the_risk(acme, RiskKind.PROOF_DISPUTED)
    assert risk.subject == f"outcome:{outcome_id}"
    team.change("risk", risk.id, day(FIRST, 2), state=RiskState.CLAIMED, owner_id=team.tom.id)
    told = lines(opened(team, SECOND))
    assert told["Newly broken:"] == "Acme, “Fewer tickets a month” (disputed, Tom Okafor has it)"


def test_a_late_figure_that_lowers_what_was_told_is_restated(team: Team) -> None:
    acme, outcome_id, _ = team.add_proven("Acme", day(FRIDAY, -20))
    opened(team, FIRST)
    team.prove(acme, outcome_id, "700", day(FIRST, 2), as_of=day(FIRST, -5).date())
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "100% −50 restated = 50% of 100,000 EUR"
    (table,) = [page.page.table for page in thread(team, 2) if page.page.table]
    assert table.rows[1].why == "Acme, a figure of 25 Feb was entered on 4 Mar"


def test_a_retired_outcome_is_named_at_once_and_moves_the_figure_when_the_manager_agrees(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    other = team.add_outcome(acme, None, FRIDAY)
    opened(team, FIRST)
    team.change("outcome", other, day(FIRST, 1), retired_on=day(FIRST, 1).date(), retired_why="n/a")
    view = opened(team, SECOND)
    assert view.news.headline == "Nothing moved on the same customers and outcomes: 1 retired."
    assert (view.news.bridge, view.news.figure) == (None, "50% of 100,000 EUR is proven, as on 2 Mar.")
    assert lines(view)["Retired:"] == "Acme, “Fewer tickets a month”"
    assert blocks(team, 2)["Retired (1)"] == ["Acme: “Fewer tickets a month” was retired on 3 Mar 2026: n/a"]
    agreed = {"retire_agreed_by": team.priya.id, "retire_agreed_on": day(SECOND, 1).date()}
    team.change("outcome", other, day(SECOND, 1), **agreed)
    view = opened(team, THIRD)
    assert said(view.news.bridge) == "50% = 50% +50 retired = 100% of 100,000 EUR"
    assert lines(view)["Retired:"] == "Acme, “Fewer tickets a month”"
    assert blocks(team, 3)["Retired (1)"] == [
        "Acme: “Fewer tickets a month” was retired on 3 Mar 2026: n/a; Priya Nair agreed on 10 Mar 2026"
    ]


def test_an_outcome_retired_with_part_of_its_proof_loses_it_in_the_step_retired(team: Team) -> None:
    acme, outcome_id, _ = team.add_proven("Acme", day(FRIDAY, -20))
    team.prove(acme, outcome_id, "700", day(FRIDAY, -1))
    opened(team, FIRST)
    team.change("outcome", outcome_id, day(FIRST, 1), retired_on=day(FIRST, 1).date(), retired_why="n/a")
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "50% = 50% −50 retired = 0% of 100,000 EUR"


def test_moved_goalposts_are_a_step_and_named_by_what_and_whom(team: Team) -> None:
    _, outcome_id, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        maya = Author(1, team.maya.id, "form")
        ledger.change(session, maya, Entity.OUTCOME, outcome_id, day(FIRST, 1), target=Decimal(500))
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "100% −100 terms changed = 0% of 100,000 EUR"
    assert lines(view)["Terms changed:"] == (
        "Acme, Target changed: 400 tickets → 500 tickets for “Fewer tickets a month”, Maya Lindqvist, 3 Mar 2026, "
        "not agreed by them"
    )
    assert "Newly broken:" not in lines(view)


def test_a_check_that_found_nothing_is_a_failed_check_and_not_a_withdrawal(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        look = {"account_id": acme, "evidence_id": evidence_id, "kind": CheckKind.SPOT_CHECK, "as_manager": True}
        look |= {"verdict": CheckVerdict.DOES_NOT, "member_id": team.priya.id, "at": day(FIRST, 1)}
        ledger.add_many(session, BOT, Entity.EVIDENCE_CHECK, day(FIRST, 1), [look])
    withdrawn = {"withdrawn_on": day(FIRST, 1).date(), "withdrawn_why": "Not there"}
    team.change("evidence", evidence_id, day(FIRST, 1), **withdrawn)
    view = opened(team, SECOND)
    assert said(view.news.bridge) == "100% −100 failed check = 0% of 100,000 EUR"
    assert lines(view)["Newly broken:"] == "Acme, “Fewer tickets a month” (failed check, not taken)"


def test_renewals_that_are_open_come_past_ones_first_and_are_counted(team: Team) -> None:
    for number in range(7):
        team.add_account(f"Next {number}", FRIDAY, renews_in=10 + number, arr_minor=(number + 1) * 1_000_00)
    team.add_account("Past", FRIDAY, renews_in=-20)
    team.add_account("Later", FRIDAY, renews_in=90)
    view = opened(team, FIRST)
    (part,) = [part for part in view.news.parts if part.title]
    assert part.title == "Renewals within 60 days, or past"
    assert part.lines[0].text == "100,000 EUR, overdue: was due 7 Feb, outcome not recorded · no success plan"
    assert [line.label for line in part.lines] == ["Past", "Next 0", "Next 1", "Next 2", "Next 3", ""]
    assert part.lines[-1].text == "and 3 more (18,000 EUR)"
    assert len(blocks(team, 1)["Renewals within 60 days, or past (8)"]) == 8
    assert opened(team, SECOND).news.headline.startswith("Past was to renew on 7 Feb, and nobody has recorded how")


def test_a_judgement_of_no_is_named_and_is_the_headline_in_its_week(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    no = {"account_id": acme, "verdict": Verdict.NO, "why": "They look elsewhere", "judged_by": team.tom.id}
    with team.session() as session:
        row = {**no, "judged_at": day(FIRST, 1)}
        ledger.add_many(session, BOT, Entity.JUDGEMENT, day(FIRST, 1), [row])
    view = opened(team, SECOND)
    assert view.news.headline == "Acme would not renew on value: that is this week's judgement."
    assert lines(view)["Judged “no”:"] == "Acme, Tom Okafor said no on 3 Mar: They look elsewhere"
    view = opened(team, THIRD)
    assert view.news.headline == "A quiet week: nothing proven, nothing broken, no customer lost."
    assert "Judged “no”:" in lines(view)


def test_the_channel_reads_of_accounts_and_the_manager_alone_of_owners(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    add_meeting(team, acme, day(FIRST, -3), PromptState.SILENT)
    add_meeting(team, acme, day(FIRST, 2), PromptState.SILENT)
    view = opened(team, SECOND)
    assert view.news.foot[-2:] == ("1 of 1 meeting without an answer", "names in the thread")
    pages = thread(team, 2)
    assert [block.lines[0].names for page in pages for block in page.page.blocks if block.title.startswith("Meet")] == [
        ("Acme (1)",)
    ]
    assert "Maya" not in json.dumps([str(replace(view.news, private=())), *map(str, pages)])
    (private,) = team.messages("digest-private")
    assert (private.channel, private.destination) == ("U0PRIYA", "user")
    with team.session() as session:
        alone = digest.compose_private(session, private.args, SECOND)
    assert isinstance(alone, DigestPrivateView)
    (part,) = alone.parts
    assert [(line.label, line.text) for line in part.lines] == [
        ("Maya Lindqvist", "answered 0 of 1, 0 answers moved evidence")
    ]


def test_what_is_for_the_manager_alone_never_falls_to_the_channel(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    add_meeting(team, acme, day(FIRST, 2), PromptState.SILENT)
    opened(team, SECOND)
    (kind,) = [kind for kind in MESSAGE_KINDS if kind.name == "digest-private"]
    assert not kind.in_channel and kind.substitute is not None
    (message,) = team.messages("digest-private")
    row = SimpleNamespace(workspace_id=1, args=message.args)
    with team.session() as session:
        session.execute(update(schema.member).where(schema.member.c.slack_id == "U0PRIYA").values(is_deactivated=True))
        instead = kind.substitute(session, cast(Claimed, row))
    assert instead is not None and (instead.to, instead.destination) == ("U0ADA", "user")


def test_other_rooms_add_lines_to_the_channel_and_for_the_manager(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    spans = []

    def provide(session: Session, span: DigestSpan) -> DigestLines:
        spans.append(span)
        owners = (("Meetings called off", (OwnerLine(team.maya.id, "3 of 5; one is usual"),)),)
        return DigestLines(("Spot check: 2 of 2 stand",), (("Spot check (2)", (("Acme", "stands"),)),), owners)

    with team.session() as session:
        assert digest.open_due_digest(session, FIRST, [provide])
        view = digest.compose_digest(session, {"workspace_id": 1, "digest_id": 1}, FIRST)
    assert isinstance(view, DigestView)
    assert spans == [DigestSpan(1, team.portfolio_id, None, FIRST)]
    assert view.news.foot[0] == "Spot check: 2 of 2 stand"
    assert blocks(team, 1)["Spot check (2)"] == ["Acme: stands"]
    (part,) = view.news.private
    assert (part.title, part.lines[0].label, part.lines[0].text) == (
        "Meetings called off",
        "Maya Lindqvist",
        "3 of 5; one is usual",
    )


def test_activity_without_evidence_is_counted_and_named_in_the_thread(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", day(FRIDAY, -20))
    for days in (-15, -8, -1):
        add_meeting(team, acme, day(FRIDAY, days), PromptState.ANSWERED)
    view = opened(team, FIRST)
    assert "1 customer with activity but no evidence" in view.news.foot
    assert blocks(team, 1)["Activity without evidence (1)"][0].startswith(
        "Acme: The last 3 answers changed no evidence"
    )


def add_meeting(team: Team, account_id: int, at: datetime, state: PromptState) -> None:
    kind = CadenceKind.WEEKLY_SYNC
    cadence = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-01-01T10:00", "tz": "UTC", "active": False}
    cadence_id = team.add("cadence", at, account_id=account_id, **cadence)
    meeting_id = team.add("meeting", at, account_id=account_id, cadence_id=cadence_id, kind=kind, starts_at=at)
    asked = {"workspace_id": 1, "member_id": team.maya.id, "asked_at": at - timedelta(days=1), "closes_at": at}
    team.add("prompt", at, account_id=account_id, meeting_id=meeting_id, state=state, **asked)
    if state is PromptState.ANSWERED:
        said = {"submission": f"answer {meeting_id}", "change": Change.NOTHING, "answered_at": at}
        team.add("answer", at, account_id=account_id, meeting_id=meeting_id, member_id=team.maya.id, **said)


def test_when_nothing_changed_the_digest_says_so_without_a_thread(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY)
    opened(team, FIRST)
    view = opened(team, SECOND)
    assert view.news.headline == "Nothing changed this week."
    assert view.news.figure == "50% of 200,000 EUR is proven, as on 2 Mar."
    assert view.news.foot == ("First quiet week.",)
    assert thread(team, 2) == []


def test_a_quiet_week_names_renewals_and_what_will_expire(team: Team) -> None:
    team.add_proven("Acme", day(FIRST, -62), renews_in=100)
    opened(team, FIRST)
    view = opened(team, SECOND)
    assert view.news.headline == "A quiet week: nothing proven, nothing broken, no customer lost."
    assert lines(view) == {"Acme": "100,000 EUR, 9 Apr · 100% proven"}
    (foot,) = view.news.foot
    assert foot == "First quiet week. Evidence ages all the same: 1 piece expires before 9 Apr."


def test_figures_of_the_release_before_are_told_as_one_step(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        row = portfolio_queries.latest(session, 1, [team.portfolio_id])[team.portfolio_id]
        kept = {"by_arr": {"EUR": "0.5"}, "by_count": "0.5", "credits": {}, "dangers": ""}
        summary = {**row.figures["said"]["summary"], "head": [], "pages": []}
        old = {"kept": kept, "said": {"at": FIRST.isoformat(), "since": None, "summary": summary}}
        session.execute(update(schema.digest).values(figures=old))
    with team.session() as session:
        before = digest.compose_digest(session, {"workspace_id": 1, "digest_id": 1}, FIRST)
    assert isinstance(before, DigestView) and before.news.headline == "100% of 100,000 EUR is proven."
    view = opened(team, SECOND)
    assert view.news.headline == (
        "Proof counts by new rules since the upgrade of this week. From next Monday I say what changed, line by line."
    )
    assert view.news.figure == "100% of 100,000 EUR is proven."
    (table,) = [page.page.table for page in thread(team, 2) if page.page.table]
    assert [(row.what, row.points) for row in table.rows] == [
        ("2 Mar", "50"),
        ("Upgrade", "+50"),
        ("Same customers and outcomes", "100"),
        ("9 Mar", "100"),
    ]


@pytest.mark.slow
def test_a_portfolio_of_240_keeps_within_slacks_limits_and_its_thread_names_everybody(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    opened(team, FIRST)
    for number in range(240):
        renews = 40 + number % 200
        team.add_account(f"株式会社岡田ガス {number:03}", FRIDAY, renews_in=renews, arr_minor=number * 100)
    view = opened(team, SECOND)
    pages = thread(team, 2)
    said_there = json.dumps([str(page) for page in pages], ensure_ascii=False)
    assert all(f"株式会社岡田ガス {number:03}" in said_there for number in range(240))
    assert all(page.left == 0 for page in pages)
    shown = [RENDERER.message("portfolios/digest.html", view=view, place="message")]
    shown += [RENDERER.message("portfolios/digest_rest.html", view=page, place="message") for page in pages]
    for message in shown:
        assert len(message.blocks) <= 50 and len(json.dumps(message.blocks)) <= 13_000
        assert "shows the rest" not in json.dumps(message.blocks)


@pytest.mark.slow
def test_the_digest_asks_the_database_as_often_for_sixty_accounts_as_for_six(team: Team) -> None:
    def asked(accounts: int, now: datetime) -> int:
        for number in range(accounts):
            team.add_proven(f"Account {now:%d} {number}", now)
        with statements(team.database) as seen:
            assert open_one(team, now)
        return sum("outbox" not in statement for statement in seen)

    asked(1, FIRST)
    assert asked(6, SECOND) == asked(60, THIRD)


def test_the_figures_of_the_digest_are_kept_for_next_week(team: Team) -> None:
    account_id, outcome_id, evidence_id = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        kept = portfolio_queries.latest(session, 1, [team.portfolio_id])[team.portfolio_id].figures["kept"]
    assert kept["by_arr"] == {"EUR": "1"}
    row = Book.from_json(kept["book"]).row(account_id)
    assert row is not None and list(row.outcomes) == [outcome_id] and list(row.proofs) == [evidence_id]


def test_without_a_channel_the_manager_gets_the_digest(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    team.change("portfolio", team.portfolio_id, FRIDAY, channel=None)
    open_one(team, FIRST)
    assert [(message.channel, message.destination) for message in team.messages("digest")] == [("U0PRIYA", "user")]


def test_a_digest_that_nobody_can_read_is_kept_all_the_same(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    team.change("portfolio", team.portfolio_id, FRIDAY, channel=None, manager_id=None)
    assert open_one(team, FIRST)
    assert team.messages("digest") == []
    with team.session() as session:
        assert team.portfolio_id in portfolio_queries.latest(session, 1, [team.portfolio_id])


def test_a_page_that_is_not_there_is_moot(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        assert isinstance(digest.compose_rest(session, {"workspace_id": 1, "digest_id": 1, "page": 9}, FIRST), Moot)
        assert isinstance(digest.compose_digest(session, {"workspace_id": 1, "digest_id": 99}, FIRST), Moot)


def test_a_portfolio_without_a_customer_has_no_digest_and_an_admin_is_told_once(team: Team) -> None:
    def told(now: datetime) -> tuple[int, int]:
        assert open_one(team, now)
        return len(team.messages("digest")), len(team.messages("digest-empty"))

    assert told(FIRST) == (0, 1)
    assert told(SECOND) == (0, 1)
    (message,) = team.messages("digest-empty")
    assert (message.channel, message.destination) == ("U0ADA", "user")
    team.add_account("Nowhere", SECOND, portfolio_id=None)
    with team.session() as session:
        view = empty_portfolios.compose_empty(session, message.args, SECOND)
    assert view == DigestEmptyView(team.portfolio_id, "EMEA", 1)
    acme = team.add_account("Acme", SECOND)
    with team.session() as session:
        assert isinstance(empty_portfolios.compose_empty(session, message.args, SECOND), Moot)
    assert opened(team, THIRD).news.headline.startswith("This is the first digest.")
    attic = team.add_portfolio("Attic", None, team.priya.id, next_digest_at=None)
    team.change("account", acme, day(THIRD, 1), portfolio_id=attic)
    weeks = [THIRD + timedelta(days=days, hours=2) for days in (7, 14, 21)]
    # That the last one has gone is news; the weeks after it are another spell, and told once as well.
    assert [told(week) for week in weeks] == [(2, 1), (2, 2), (2, 2)]
    with team.session() as session:
        last = digest.compose_digest(session, team.messages("digest")[-1].args, weeks[0])
    assert isinstance(last, DigestView)
    assert lines(last)["Moved out:"] == "Acme, 100,000 EUR, to Attic, no success plan"


def test_a_months_first_digest_has_the_chart_of_the_weeks_that_had_one(team: Team) -> None:
    _, _, evidence_id = team.add_proven("Acme", FRIDAY, arr_minor=300_000_00, renews_in=40)
    team.add_account("Brick", FRIDAY, renews_in=200)
    team.add_account("Cloth", FRIDAY, currency="USD", arr_minor=1_000_00)
    assert opened(team, FIRST).news.chart is None
    team.change("evidence", evidence_id, day(FIRST, 1), withdrawn_on=day(FIRST, 1).date(), withdrawn_why="wrong")
    team.add_proven("Wool", day(FIRST, 2), arr_minor=600_000_00, renews_in=30)
    weeks = [datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 23, 9, tzinfo=UTC)]
    assert [opened(team, week).news.chart for week in weeks] == [None, None]
    view = opened(team, datetime(2026, 4, 6, 9, tzinfo=UTC))  # none came on 16 and 30 March
    chart = view.news.chart
    assert chart is not None
    assert [(week.label, week.proven, week.renewing) for week in chart.weeks] == [
        ("2 Mar", 75, 100),
        ("9 Mar", 60, 66),
        ("23 Mar", 60, 66),
        ("6 Apr", 60, 66),
    ]
    assert "a week without a figure is left out of the chart" in view.news.foot
    blocks = RENDERER.message("portfolios/digest.html", view=view, place="message").blocks
    (shown,) = [block for block in blocks if block["type"] == "data_visualization"]
    assert shown["title"] == "Proven share of ARR in EUR, in percent"
    assert shown["chart"]["axis_config"]["categories"] == ["2 Mar", "9 Mar", "23 Mar", "6 Apr"]
    assert [series["name"] for series in shown["chart"]["series"]] == ["Proven", "Renews in 60 days"]
    assert opened(team, datetime(2026, 4, 13, 9, tzinfo=UTC)).news.chart is None


def test_a_lost_channel_sends_the_digest_to_the_manager_with_the_way_to_another_channel(team: Team) -> None:
    team.add_account("Acme", FRIDAY)
    team.change("portfolio", team.portfolio_id, FRIDAY, channel_lost_at=FRIDAY)
    view = opened(team, FIRST)
    (message,) = team.messages("digest")
    assert (message.channel, message.destination, view.lost_channel) == ("U0PRIYA", "user", CHANNEL)
    shown = str(RENDERER.message("portfolios/digest.html", view=view, place="message").blocks)
    assert f"I cannot post in <#{CHANNEL}> any more, so this digest comes to you." in shown
    assert "Choose a channel" in shown and "'portfolio.setup'" in shown
