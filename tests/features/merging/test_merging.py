"""Two accounts become one and two again: nothing is lost, doubled, or better for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import accounts
from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import AccountStatus, CadenceKind, ContractBasis, RiskKind, Severity
from bot.features.accounts import card, history
from bot.features.handover import messages as handover_messages
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.merging import merging
from bot.features.merging.merging import NewMerge
from bot.features.merging.refusals import MergingRefusal
from bot.features.portfolios import digest as digests
from bot.features.portfolios import queries as portfolio_queries
from bot.outbox.types import Moot
from bot.store import merges, proof_state, schema
from bot.store.engine import Database
from tests.support.cast import MAYA, TOM
from tests.support.managing import MONDAY, Team, day

_OF_ACCOUNTS = ("outcome", "evidence", "person", "cadence", "meeting", "contract", "health", "risk", "terms", "event")


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def rows(team: Team, account_id: int) -> dict[str, list[int]]:
    """The ids of an account's rows, by table."""
    with team.database.reading() as session:
        tables = {name: schema.metadata.tables[name] for name in _OF_ACCOUNTS}
        return {
            name: list(
                session.execute(select(of.c.id).where(of.c.account_id == account_id).order_by(of.c.id)).scalars()
            )
            for name, of in tables.items()
        }


def full(team: Team, name: str, *, proven: bool, **values: Any) -> tuple[int, int]:
    """An account with one row of each kind that a merge moves; returns its id and its outcome's."""
    account_id, outcome_id, _ = team.add_proven(name, **values) if proven else (*_unproven(team, name, values), 0)
    kind = CadenceKind.WEEKLY_SYNC
    series: dict[str, Any] = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-03-04T10:00", "tz": "UTC"}
    at = day(MONDAY, 2)
    cadence = team.add("cadence", account_id=account_id, **series, next_meeting_at=at, next_prompt_at=day(MONDAY, 1))
    team.add("meeting", account_id=account_id, cadence_id=cadence, kind=kind, starts_at=at)
    term: dict[str, Any] = {"key": "1", "version": 1, "starts_on": MONDAY.date(), "recorded_at": MONDAY}
    arr = {"arr_minor": values.get("arr_minor", 100_000_00), "currency": "EUR", "basis": ContractBasis.IMPORTED}
    team.add("contract", account_id=account_id, **term, **arr)
    team.add("health", account_id=account_id, on_date=MONDAY.date(), score=Decimal(7), source="their page")
    risk: dict[str, Any] = {"kind": RiskKind.NO_CUSTOMER_OWNER, "severity": Severity.HIGH, "fact": "Nobody owns it"}
    team.add("risk", account_id=account_id, opened_at=MONDAY, **risk)
    return account_id, outcome_id


def _unproven(team: Team, name: str, values: dict[str, Any]) -> tuple[int, int]:
    account_id = team.add_account(name, **values)
    return account_id, team.add_outcome(account_id, None)


def contracted(team: Team, name: str, arr_minor: int, basis: ContractBasis) -> int:
    """An account whose ARR one contract says."""
    account_id = team.add_account(name, arr_minor=arr_minor)
    if basis is ContractBasis.STAND_IN:
        return account_id
    term: dict[str, Any] = {"key": "1", "version": 1, "starts_on": MONDAY.date(), "recorded_at": MONDAY}
    team.add("contract", account_id=account_id, **term, arr_minor=arr_minor, currency="EUR", basis=basis)
    return account_id


def arr_of(team: Team, account_id: int) -> int | None:
    with team.database.reading() as session:
        arr: int | None = session.execute(
            select(schema.account.c.arr_minor).where(schema.account.c.id == account_id)
        ).scalar_one()
        return arr


@pytest.mark.parametrize("one_contract", [False, True], ids=["two contracts", "one contract"])
@pytest.mark.parametrize("basis", [ContractBasis.STAND_IN, ContractBasis.RECORDED, ContractBasis.IMPORTED])
def test_the_contracts_of_both_say_the_arr(team: Team, basis: ContractBasis, one_contract: bool) -> None:
    acme = contracted(team, "Acme", 100_000_00, ContractBasis.IMPORTED)
    ltd = contracted(team, "Acme Ltd", 300_000_00, basis)
    merge_id = merge(team, acme, ltd, one_contract=one_contract)
    assert arr_of(team, acme) == (300_000_00 if one_contract else 400_000_00)
    with team.session() as session:
        merging.undo(session, team.as_(team.priya), merge_id, day(MONDAY, 2))
    assert (arr_of(team, acme), arr_of(team, ltd)) == (100_000_00, 300_000_00)


def merge(team: Team, stays: int, goes: int, *, one_contract: bool = False) -> int:
    with team.session() as session:
        new = NewMerge(stays, goes, 0, one_contract)
        return merging.merge(session, team.as_(team.priya), new, day(MONDAY, 1))


def test_no_table_of_an_account_is_forgotten() -> None:
    """A new table says here whether its rows move with a merge; these stay, or are made anew."""
    made_anew = {"account_word", "account_spelling", "account_due", "brief"}
    stay = {"stage_entry", "account_merge", "history"}
    of_accounts = {name for name, table in schema.metadata.tables.items() if "account_id" in table.c}
    assert of_accounts == made_anew | stay | merges.MOVING


def test_all_of_both_is_in_one_and_comes_apart_again_as_it_was(team: Team) -> None:
    acme, _ = full(team, "Acme", proven=True, external_id="001")
    ltd, bad = full(team, "Acme Ltd", proven=False, external_id="002", arr_minor=300_000_00)
    before = {of: rows(team, of) for of in (acme, ltd)}
    with team.session() as session:
        cards = {of: card.card(session, team.as_(team.priya), of, MONDAY) for of in (acme, ltd)}
    merge_id = merge(team, acme, ltd)
    together, left = rows(team, acme), rows(team, ltd)
    for name in _OF_ACCOUNTS:
        assert sorted(together[name] + left[name]) == sorted(before[acme][name] + before[ltd][name]), name
    assert {name for name, ids in left.items() if ids} == {"health"}, "two figures of one day cannot both be its figure"
    priya = team.as_(team.priya)
    with team.session() as session:
        whole = proof_state.load(session, 1, acme)
        assert whole.account.arr_minor == 400_000_00
        assert [risk.closed_at is None for risk in whole.risks] == [True, False], "the same danger is one risk"
        now = day(MONDAY, 1)
        # Its old id, its old name, and yesterday.
        assert card.card(session, priya, ltd, now).account_id == acme
        assert accounts.find(session, priya, "acme ltd").hit == accounts.find(session, priya, "acme").hit
        shown = card.card(session, priya, ltd, now)
        assert (shown.outcomes, shown.coverage) == (2, "50%"), "its missed and unproven outcomes count on"
        yesterday = card.card(session, priya, acme, day(MONDAY, 2), as_of=MONDAY.date())
        assert (yesterday.outcomes, yesterday.coverage) == (cards[acme].outcomes, cards[acme].coverage)
        assert "Acme Ltd" in str(history.history(session, priya, acme, None, now))
        snapshot = LedgerSnapshot.load(session, 1, says_portfolio=False)
        assert (snapshot.find("002", "Acme Ltd"), snapshot.find(None, "Acme Ltd")) == (acme, acme)
    later = team.add_outcome(acme, None)
    team.prove(acme, bad, "700", day(MONDAY, 2))
    with team.session() as session:
        assert merging.undo(session, priya, merge_id, day(MONDAY, 3)) == merge_id
    again = {of: rows(team, of) for of in (acme, ltd)}
    assert again[ltd] == {**before[ltd], "evidence": again[ltd]["evidence"]}
    assert len(again[ltd]["evidence"]) == 1, "what was added to its outcome since is its own"
    assert again[acme]["outcome"] == [*before[acme]["outcome"], later]
    with team.session() as session:
        back = {of: card.card(session, priya, of, MONDAY) for of in (acme, ltd)}
        assert [(c.account, c.arr, c.owner) for c in back.values()] == [
            (c.account, c.arr, c.owner) for c in cards.values()
        ]
        hit = accounts.find(session, priya, "acme ltd").hit
        assert hit is not None and hit.id == ltd
        assert all(cadence_active for cadence_active in session.execute(select(schema.cadence.c.active)).scalars())
        with pytest.raises(UserError) as refused:
            merging.undo(session, priya, merge_id, day(MONDAY, 3))
        assert refused.value.code == MergingRefusal.UNDONE_ALREADY


def test_who_may_merge_what_and_for_how_long_it_can_be_undone(team: Team) -> None:
    south = team.add_portfolio("South", None, team.tom.id)
    acme, other = team.add_account("Acme"), team.add_account("Acme Inc", portfolio_id=south)
    dollars = team.add_account("Acme US", currency="USD")
    former = team.add_account("Old Acme", status=AccountStatus.FORMER)
    refusals = []
    for who, stays, goes in (
        (team.maya, acme, dollars),
        (team.priya, acme, other),
        (team.priya, acme, dollars),
        (team.priya, former, acme),
        (team.priya, acme, acme),
    ):
        with team.session() as session, pytest.raises(UserError) as refused:
            merging.preview(session, team.as_(who), stays, MONDAY, other_account_id=goes, name=None)
        refusals.append(refused.value.code)
    assert refusals == [
        AppRefusal.NOT_YOUR_PORTFOLIO,
        AppRefusal.NOT_YOUR_PORTFOLIO,
        MergingRefusal.TWO_CURRENCIES,
        MergingRefusal.FORMER,
        MergingRefusal.ITSELF,
    ]
    with team.session() as session:
        near = merging.merge_form(session, team.as_(team.priya), acme, MONDAY).near
        assert {name for _, name in near} >= {"Acme Inc", "Acme US"}
        view = merging.preview(session, team.as_(team.ada), acme, MONDAY, other_account_id=None, name="Acme Inc")
        assert (view.both, view.one) == ("200,000 EUR", "100,000 EUR")
    seen = team.as_(team.ada)
    stale = type(seen)(seen.member, "modal", seen=view.seen)
    team.change("account", other, MONDAY, arr_minor=1)
    with team.session() as session, pytest.raises(UserError) as changed:
        merging.merge(session, stale, NewMerge(acme, other, view.other_seen), MONDAY)
    assert changed.value.code == MergingRefusal.CHANGED_SINCE_PREVIEW
    merge_id = merge_as_admin(team, acme, other)
    with team.session() as session, pytest.raises(UserError) as late:
        merging.undo(session, team.as_(team.ada), merge_id, day(MONDAY, 9))
    assert late.value.code == MergingRefusal.TOO_OLD


def merge_as_admin(team: Team, stays: int, goes: int) -> int:
    with team.session() as session:
        return merging.merge(session, team.as_(team.ada), NewMerge(stays, goes, 0), day(MONDAY, 1))


def test_what_is_open_with_the_other_owner_goes_along_and_comes_back(team: Team) -> None:
    acme = team.add_account("Acme")
    ltd = team.add_account("Acme Ltd", owner_id=team.tom.id)
    tom = team.tom.id
    step = team.add("action", account_id=ltd, text="Send it", owner_id=tom, opened_at=MONDAY)
    gap = team.add("gap", account_id=ltd, title="Who signs?", owner_id=tom, opened_at=MONDAY)
    own = team.add("action", account_id=acme, text="Call them", owner_id=team.maya.id, opened_at=MONDAY)

    def holders() -> list[int]:
        with team.database.reading() as session:
            found = [(schema.action, step), (schema.gap, gap), (schema.action, own)]
            return [session.execute(select(of.c.owner_id).where(of.c.id == row)).scalar_one() for of, row in found]

    merge_id = merge(team, acme, ltd)
    assert holders() == [team.maya.id] * 3
    brief, line = team.messages("handover-brief", "handover-line")
    assert (brief.channel, line.channel) == (MAYA.slack_id, TOM.slack_id)
    with team.session() as session:
        told = handover_messages.compose_brief(session, brief.args, MONDAY)
        said = handover_messages.compose_line(session, line.args, MONDAY)
        assert not isinstance(told, Moot) and not isinstance(said, Moot)
        assert (told.merged, told.from_name, told.accounts[0].name) == ("Acme Ltd", TOM.name, "Acme")
        assert (said.merged, said.names, said.to_name) == ("Acme Ltd", ("Acme",), MAYA.name)
    with team.session() as session:
        merging.undo(session, team.as_(team.priya), merge_id, day(MONDAY, 2))
    assert holders() == [tom, tom, team.maya.id]
    *_, brief, line = team.messages("handover-brief", "handover-line")
    assert (brief.channel, line.channel) == (TOM.slack_id, MAYA.slack_id)


def test_the_digest_names_a_merge_as_what_it_is(team: Team) -> None:
    """Neither joined nor lost; and the figure of the same outcomes gains nothing by it."""
    acme, _, _ = team.add_proven("Acme")
    bad = team.add_account("Acme Ltd", arr_minor=300_000_00)
    team.add_outcome(bad, None)
    weeks = []
    for week in range(2):
        due = day(MONDAY, 7 * week + 7)
        team.change("portfolio", team.portfolio_id, due, next_digest_at=due)
        with team.session() as session:
            assert digests.open_due_digest(session, due)
        with team.database.reading() as session:
            weeks.append(portfolio_queries.last_said(session, 1, [team.portfolio_id])[team.portfolio_id].said)
        if not week:
            with team.session() as session:
                merging.merge(
                    session, team.as_(team.priya), NewMerge(acme, bad, 0, one_contract=True), due + timedelta(1)
                )
    (bridge,) = weeks[1]["bridges"]
    assert [step for step, _ in bridge["steps"]] == ["merged"]
    told = str(weeks[1]["week"])
    assert "Merged" in told and "now part of Acme" in told and "400,000 EUR before" in told
    assert "Joined" not in told and "Lost" not in told and "Added" not in told
