"""Who may add an account: its owner, the manager of its portfolio, admins. All others propose it, and one decides."""

from __future__ import annotations

import pytest

from bot.app.actor import UserError
from bot.features.accounts import add_account, proposals
from bot.features.accounts.new_account import NewAccount
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import AccountProposalDecidedView, AccountProposalView
from bot.store import accounts
from bot.store.engine import Database
from bot.store.members import Member
from tests.support import factory
from tests.support.bot_process import Stage
from tests.support.cast import INES, PRIYA
from tests.support.managing import MONDAY, Team


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def wanted(team: Team, owner: Member) -> NewAccount:
    return NewAccount("Globex", owner.slack_id, team.portfolio_id, "48,000", "EUR")


def propose(team: Team, by: Member, new: NewAccount) -> int:
    with team.session() as session:
        assert proposals.add_or_propose(session, team.as_(by), new, MONDAY) == proposals.PROPOSED
    return int(team.messages("proposal", op="post")[-1].args["proposal_id"])


def owners(team: Team) -> list[int | None]:
    with team.session() as session:
        return [account.owner_id for account in accounts.by_ids(session, 1, range(100)).values()]


def test_nobody_puts_an_account_on_somebody_else(team: Team) -> None:
    with team.session() as session, pytest.raises(UserError) as refused:
        add_account.add_account(session, team.as_(team.tom), wanted(team, team.maya), MONDAY)
    assert refused.value.code is AccountRefusal.NOT_YOURS_TO_ADD
    assert owners(team) == []


@pytest.mark.parametrize("who", ["priya", "ada"])
def test_the_manager_and_admins_add_for_others(team: Team, who: str) -> None:
    with team.session() as session:
        assert proposals.add_or_propose(session, team.as_(getattr(team, who)), wanted(team, team.maya), MONDAY)
    assert owners(team) == [team.maya.id]


def test_everybody_adds_what_they_own(team: Team) -> None:
    with team.session() as session:
        assert proposals.add_or_propose(session, team.as_(team.tom), wanted(team, team.tom), MONDAY)
    assert owners(team) == [team.tom.id]


def test_a_manager_of_another_portfolio_proposes(team: Team) -> None:
    with team.session() as session:
        ines = factory.member(session, INES)
    team.add_portfolio("APAC", None, ines.id)
    propose(team, ines, wanted(team, team.maya))
    assert [message.channel for message in team.messages("proposal")] == [PRIYA.slack_id]
    assert owners(team) == []


def test_a_proposal_is_decided_once_and_the_proposer_is_told(team: Team) -> None:
    proposal_id = propose(team, team.tom, wanted(team, team.maya))
    with team.session() as session:
        assert proposals.add_proposed(session, team.as_(team.priya), proposal_id, MONDAY)
    with team.session() as session:
        assert proposals.add_proposed(session, team.as_(team.ada), proposal_id, MONDAY) is None
        proposals.decline_proposed(session, team.as_(team.ada), proposal_id, MONDAY)
    assert owners(team) == [team.maya.id]
    [answer] = team.messages("proposal-decided")
    assert answer.channel == team.tom.slack_id
    with team.session() as session:
        view = proposals.compose_proposal(session, team.messages("proposal")[0].args, MONDAY)
        told = proposals.compose_decided(session, answer.args, MONDAY)
    assert isinstance(view, AccountProposalView)
    assert (view.added, view.decided_by, view.arr) == (True, PRIYA.slack_id, "48,000 EUR")
    assert isinstance(told, AccountProposalDecidedView)
    assert (told.added, told.slug) == (True, "globex")


@pytest.mark.parametrize("who", ["tom", "maya"])
def test_neither_the_proposer_nor_the_owner_decides(team: Team, who: str) -> None:
    proposal_id = propose(team, team.tom, wanted(team, team.maya))
    for decide in (proposals.add_proposed, proposals.decline_proposed):
        with team.session() as session, pytest.raises(UserError):
            decide(session, team.as_(getattr(team, who)), proposal_id, MONDAY)
    assert owners(team) == []


def test_one_name_is_proposed_once_at_a_time(team: Team) -> None:
    propose(team, team.tom, wanted(team, team.maya))
    with team.session() as session, pytest.raises(UserError) as refused:
        proposals.add_or_propose(session, team.as_(team.tom), wanted(team, team.maya), MONDAY)
    assert refused.value.code is AccountRefusal.PROPOSED_ALREADY


def test_a_name_that_was_taken_meanwhile_leaves_the_proposal_open(team: Team) -> None:
    proposal_id = propose(team, team.tom, wanted(team, team.maya))
    team.add_account("Globex")
    with pytest.raises(UserError) as refused, team.session() as session:
        proposals.add_proposed(session, team.as_(team.priya), proposal_id, MONDAY)
    assert refused.value.code is AccountRefusal.NAME_TAKEN
    with team.session() as session:
        view = proposals.compose_proposal(session, team.messages("proposal")[0].args, MONDAY)
    assert isinstance(view, AccountProposalView)
    assert view.added is None


async def test_a_member_proposes_in_slack_and_an_admin_adds(stage: Stage) -> None:
    tom, maya, kenji = stage.person("tom"), stage.person("maya"), stage.person("kenji")
    await tom.command("/proof new")
    await tom.submit({"name": "Globex", "owner": kenji.id, "tier": "high_touch"})
    assert "waits for a decision" in tom.text(tom.modal)
    await stage.settle()
    assert "proposes a new account: *Globex*" in maya.text(maya.dm()[-1])
    await maya.click("proposal.add")
    await stage.settle()
    assert "Added by" in maya.text(maya.dm()[-1])
    assert "*Globex*, which you proposed, was added" in tom.text(tom.dm()[-1])
    owner = stage.actor("kenji").member
    assert len(stage.read(lambda session: accounts.ids_of(session, stage.workspace_id, owner.id))) == 1
