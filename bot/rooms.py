"""What each room brings to the running bot: its kinds of message, its jobs, its listeners and its ids.

A new room is added to these tables; `bot.wiring` puts them to work.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp

from bot.app import submissions
from bot.app.digest_lines import DigestFollower, DigestProvider
from bot.app.message_kinds import MessageKind, retention_rules
from bot.features.accounts import messages as account_messages
from bot.features.accounts import slack as account_slack
from bot.features.accounts.ids import AccountActionId, AccountCallback
from bot.features.actions import messages as action_messages
from bot.features.actions import slack as action_slack
from bot.features.actions.ids import StepActionId, StepCallback
from bot.features.confirmations import messages as confirmation_messages
from bot.features.confirmations import slack as confirmation_slack
from bot.features.confirmations.ids import OPEN_TO_OUTSIDERS, ConfirmationActionId, ConfirmationCallback
from bot.features.confirmations.several import confirmer_lines
from bot.features.evidence import jobs as evidence_jobs
from bot.features.evidence import messages as evidence_messages
from bot.features.evidence import slack as evidence_slack
from bot.features.evidence.ids import EvidenceActionId, EvidenceCallback
from bot.features.evidence.linked_again import linked_again_lines
from bot.features.evidence.pair_lines import pair_lines, reference_lines, ring_lines
from bot.features.evidence.spot_draw import draw_spot_checks
from bot.features.evidence.taken_back import taken_back_lines
from bot.features.evidence.team_only import team_only_lines
from bot.features.gaps import messages as gap_messages
from bot.features.gaps import slack as gap_slack
from bot.features.gaps.ids import GapActionId, GapCallback
from bot.features.handover import messages as handover_messages
from bot.features.handover import slack as handover_slack
from bot.features.handover.ids import HandoverActionId, HandoverCallback
from bot.features.hello import slack as hello_slack
from bot.features.hello.ids import HelloActionId
from bot.features.home import slack as home_slack
from bot.features.home.ids import HomeActionId
from bot.features.imports import jobs as import_jobs
from bot.features.imports import messages as import_messages
from bot.features.imports import slack as import_slack
from bot.features.imports.ids import ImportActionId
from bot.features.meetings import grammar as meeting_grammar
from bot.features.meetings import jobs as meeting_jobs
from bot.features.meetings import messages as meeting_messages
from bot.features.meetings import slack as meeting_slack
from bot.features.meetings.ids import MeetingActionId, MeetingCallback
from bot.features.merging import slack as merging_slack
from bot.features.merging.ids import MergingActionId, MergingCallback
from bot.features.morning import jobs as morning_jobs
from bot.features.morning import messages as morning_messages
from bot.features.morning import slack as morning_slack
from bot.features.morning.ids import MorningActionId
from bot.features.packet import messages as packet_messages
from bot.features.packet import slack as packet_slack
from bot.features.packet.ids import PacketActionId, PacketCallback
from bot.features.plan import slack as plan_slack
from bot.features.plan.ids import PlanActionId, PlanCallback
from bot.features.portfolios import grammar as portfolio_grammar
from bot.features.portfolios import jobs as portfolio_jobs
from bot.features.portfolios import messages as portfolio_messages
from bot.features.portfolios import slack as portfolio_slack
from bot.features.portfolios.hand_moves import hand_moves
from bot.features.portfolios.ids import PortfolioActionId, PortfolioCallback
from bot.features.portfolios.movement import movement_lines
from bot.features.portfolios.owner_acts import owner_lines
from bot.features.proof_command import grammar as proof_command_grammar
from bot.features.proof_command import slack as proof_command_slack
from bot.features.proof_command.ids import ProofActionId
from bot.features.renewals import messages as renewal_messages
from bot.features.renewals import slack as renewal_slack
from bot.features.renewals.digest import renewal_lines
from bot.features.renewals.ids import RenewalActionId, RenewalCallback
from bot.features.retention import slack as retention_slack
from bot.features.retention.ids import RetentionActionId, RetentionCallback
from bot.features.retention.monthly import monthly_lines
from bot.features.review import jobs as review_jobs
from bot.features.risks import jobs as risk_jobs
from bot.features.risks import messages as risk_messages
from bot.features.risks import slack as risk_slack
from bot.features.risks.ids import RiskActionId, RiskCallback
from bot.features.setup import jobs as setup_jobs
from bot.features.setup import messages as setup_messages
from bot.features.setup.ids import SetupActionId, SetupCallback
from bot.features.undelivered import jobs as undelivered_jobs
from bot.features.undelivered import messages as undelivered_messages
from bot.features.workspace import jobs as workspace_jobs
from bot.features.workspace import messages as workspace_messages
from bot.features.workspace import slack as workspace_slack
from bot.features.workspace.ids import WorkspaceActionId, WorkspaceCallback
from bot.outbox.retention import prune
from bot.scheduler.jobs import Job
from bot.slack.edge import Edge
from bot.slack.grammar import Grammar
from bot.slack.ids import IdTable
from bot.slack.outside import keep_out
from bot.slack.render import Renderer

MESSAGE_KINDS: tuple[MessageKind, ...] = (
    *meeting_messages.KINDS,
    *morning_messages.KINDS,
    *account_messages.KINDS,
    *evidence_messages.KINDS,
    *packet_messages.KINDS,
    *action_messages.KINDS,
    *gap_messages.KINDS,
    *renewal_messages.KINDS,
    *confirmation_messages.KINDS,
    *risk_messages.KINDS,
    *handover_messages.KINDS,
    *portfolio_messages.KINDS,
    *undelivered_messages.KINDS,
    *workspace_messages.KINDS,
    *setup_messages.KINDS,
    *import_messages.KINDS,
)
"""Every kind of message that we send."""

DIGEST_PROVIDERS: tuple[DigestProvider, ...] = (
    renewal_lines,
    movement_lines,
    owner_lines,
    pair_lines,
    ring_lines,
    reference_lines,
    confirmer_lines,
    hand_moves,
    taken_back_lines,
    linked_again_lines,
    team_only_lines,
    monthly_lines,
)
"""What rooms add to a portfolio's digest: lines of the channel, and lines for its manager alone."""

DIGEST_FOLLOWERS: tuple[DigestFollower, ...] = (draw_spot_checks,)
"""What rooms do when a digest is opened."""

JOBS: tuple[Job, ...] = (
    *morning_jobs.JOBS,
    *meeting_jobs.JOBS,
    *review_jobs.JOBS,
    *evidence_jobs.JOBS,
    *portfolio_jobs.jobs(DIGEST_PROVIDERS, DIGEST_FOLLOWERS),
    *risk_jobs.JOBS,
    *workspace_jobs.JOBS,
    *setup_jobs.JOBS,
    *import_jobs.JOBS,
    *undelivered_jobs.jobs(MESSAGE_KINDS),
    Job("forget old submissions", submissions.forget, ticks=30),
)
"""Everything that the clock triggers, but for letting old messages go (`with_pruning`)."""


GRAMMARS: tuple[Grammar[Any], ...] = (proof_command_grammar.GRAMMAR, meeting_grammar.GRAMMAR, portfolio_grammar.GRAMMAR)
"""The slash commands, as the manifest declares them."""

ACTIONS = IdTable(
    AccountActionId,
    StepActionId,
    ConfirmationActionId,
    EvidenceActionId,
    GapActionId,
    HandoverActionId,
    HelloActionId,
    HomeActionId,
    ImportActionId,
    MeetingActionId,
    MergingActionId,
    MorningActionId,
    PacketActionId,
    PlanActionId,
    PortfolioActionId,
    ProofActionId,
    RetentionActionId,
    RenewalActionId,
    RiskActionId,
    SetupActionId,
    WorkspaceActionId,
)
"""The ids of everything that can be pressed."""

CALLBACKS = IdTable(
    AccountCallback,
    StepCallback,
    ConfirmationCallback,
    EvidenceCallback,
    GapCallback,
    HandoverCallback,
    MeetingCallback,
    MergingCallback,
    PacketCallback,
    PlanCallback,
    PortfolioCallback,
    RetentionCallback,
    RenewalCallback,
    RiskCallback,
    SetupCallback,
    WorkspaceCallback,
)
"""The ids of every modal."""


def new_renderer() -> Renderer:
    """A renderer of our templates that knows the ids of all rooms."""
    return Renderer(actions=ACTIONS, callbacks=CALLBACKS)


class Listeners(Protocol):
    """A module of listeners."""

    def register(self, app: AsyncApp, edge: Edge) -> None: ...


LISTENERS: tuple[Listeners, ...] = (
    proof_command_slack,
    meeting_slack,
    morning_slack,
    confirmation_slack,
    evidence_slack,
    account_slack,
    plan_slack,
    action_slack,
    gap_slack,
    renewal_slack,
    risk_slack,
    handover_slack,
    merging_slack,
    portfolio_slack,
    packet_slack,
    retention_slack,
    home_slack,
    workspace_slack,
    import_slack,
    hello_slack,
)


def with_pruning(retention: timedelta) -> tuple[Job, ...]:
    """All jobs of a running bot: the table, and letting messages go that have been over for `retention`."""
    return (*JOBS, Job("prune the outbox", partial(prune, retention_rules(MESSAGE_KINDS), retention), ticks=30))


def register_listeners(app: AsyncApp, edge: Edge) -> None:
    """Give `app` every listener that we have, behind the guard that keeps other organisations out."""
    keep_out(app, OPEN_TO_OUTSIDERS)
    for module in LISTENERS:
        module.register(app, edge)
