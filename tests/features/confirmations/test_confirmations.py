"""Asking a customer and hearing them, as use cases: who may say what, what counts, and what two at once come to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.digest_lines import DigestLines, DigestSpan
from bot.app.outsider import Outsider
from bot.domain.account.organisations import Confirmation
from bot.domain.enums import CheckVerdict, ConfirmationState, KnownHow, RiskKind, Source, Witness
from bot.domain.proof.checks import checked_of
from bot.domain.proof.witness import witness
from bot.features.confirmations import answering, asking, identities, organisations, posting
from bot.features.confirmations.answering import Pressed
from bot.features.confirmations.asking import NewQuestion, SharedChannel, SlackPerson
from bot.features.confirmations.organisations import NewBinding, Team
from bot.features.confirmations.several import confirmer_lines
from bot.features.confirmations.views import ConfirmationAnsweredView, ConfirmationView
from bot.features.review import daily_review
from bot.store import accounts, confirmations, ledger, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.members import SlackUser, remember
from tests.support import factory
from tests.support.cast import KIM
from tests.support.refusals import says
from tests.support.world import MONDAY, World, build, queued

LATER = MONDAY + timedelta(minutes=5)
ANA_IN_SLACK = Outsider(1, "U0ANA", "T0ACME", "Ana R.", None, "Europe/Berlin", False)
THEIRS = SlackPerson("U0ANA", "T0ACME", "Ana R.", None)
SHARED = SharedChannel("C0SHARED", (Team("T0ACME", "Acme"),), (THEIRS,))
PRESSED = Pressed(1, "C0SHARED", "https://slack.example/archives/C0SHARED/p1")


@dataclass(frozen=True)
class Scene:
    """Acme, which Maya owns, bound to T0ACME by Priya, its manager; a piece of 6 days that Maya asks Ana about."""

    world: World
    piece: int


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.begin() as session:
        world = build(session)
        piece = factory.evidence(session, world.acme, world.hours, "6", MONDAY, attested_by=world.ana)
        bind(session, world)
        return Scene(world, piece)


@pytest.fixture
def session(database: Database, scene: Scene) -> Iterator[Session]:
    with database.begin() as session:
        yield session


def bind(session: Session, world: World, **values: Any) -> None:
    new = {"account_id": world.acme, "teams": SHARED.teams, "domain": None, "customer_org_ids": frozenset[int]()}
    organisations.bind(session, world.manager, NewBinding(**{**new, **values}), MONDAY)


def ask(session: Session, scene: Scene, **changes: Any) -> int:
    new = NewQuestion(scene.piece, scene.world.ana, "U0ANA")
    return asking.ask(session, scene.world.maya, replace(new, **changes), SHARED, MONDAY)


def known(session: Session, scene: Scene) -> None:
    """The manager says that the Slack user is Ana."""
    identities.confirm_person(session, scene.world.manager, 1, MONDAY)


def the_question(session: Session) -> Confirmation:
    question = confirmations.in_workspace(session, 1, 1)
    assert question is not None
    return question


def checks(session: Session, scene: Scene) -> list[tuple[CheckVerdict, int, int | None]]:
    state = proof_state.load(session, 1, scene.world.acme)
    return [(check.verdict, check.evidence_id, check.person_id) for check in state.checks]


def witness_of(session: Session, scene: Scene, piece_id: int) -> Witness:
    """Who could check a piece, by the rules."""
    state = proof_state.load(session, 1, scene.world.acme)
    [piece] = [piece for piece in state.evidence if piece.id == piece_id]
    return witness(piece, checked_of(state), {person.id: person for person in state.people}, LATER.date())


def test_what_a_known_person_says_is_a_check_with_person_and_link(session: Session, scene: Scene) -> None:
    ask(session, scene)
    known(session, scene)
    answering.say_right(session, ANA_IN_SLACK, PRESSED, LATER)
    [check] = proof_state.load(session, 1, scene.world.acme).checks
    assert (check.verdict, check.evidence_id, check.person_id, check.link, check.at, check.member_id) == (
        CheckVerdict.CONFIRMED,
        scene.piece,
        scene.world.ana,
        PRESSED.link,
        LATER,
        None,
    )
    assert check.owner_then == scene.world.maya.member.id
    assert witness_of(session, scene, scene.piece) is Witness.CUSTOMER
    question = the_question(session)
    assert (question.state, question.counted_at) == (ConfirmationState.CONFIRMED, LATER)


def test_what_somebody_unknown_says_counts_from_when_it_is_known_who_it_was(session: Session, scene: Scene) -> None:
    ask(session, scene)
    answering.say_right(session, ANA_IN_SLACK, PRESSED, MONDAY)
    assert checks(session, scene) == [] and the_question(session).counted_at is None
    assert witness_of(session, scene, scene.piece) is not Witness.CUSTOMER
    identities.confirm_person(session, scene.world.manager, 1, LATER)
    [check] = proof_state.load(session, 1, scene.world.acme).checks
    assert (check.verdict, check.at) == (CheckVerdict.CONFIRMED, LATER)
    with pytest.raises(UserError, check=says("settled already")):
        identities.confirm_person(session, scene.world.admin, 1, LATER)
    assert len(checks(session, scene)) == 1


def test_what_somebody_else_said_never_counts(session: Session, scene: Scene) -> None:
    ask(session, scene)
    answering.say_right(session, ANA_IN_SLACK, PRESSED, MONDAY)
    identities.reject_person(session, scene.world.manager, 1, LATER)
    with pytest.raises(UserError, check=says("settled already")):
        identities.confirm_person(session, scene.world.admin, 1, LATER)
    assert checks(session, scene) == []
    new, tomorrow = NewQuestion(scene.piece, scene.world.ana, "U0ANA"), MONDAY + timedelta(days=1)
    with pytest.raises(UserError, check=says("is not Ana Ruiz")):
        asking.ask(session, scene.world.maya, new, SHARED, tomorrow)
    view = posting.compose_answered(session, {"workspace_id": 1, "confirmation_id": 1}, LATER)
    assert isinstance(view, ConfirmationAnsweredView) and view.is_wrong and not view.is_known


@pytest.mark.parametrize("who", ["maya", "tom", "guest"])
def test_neither_the_owner_nor_a_member_says_who_is_who_or_whose_it_is(
    session: Session, scene: Scene, who: str
) -> None:
    ask(session, scene)
    actor = getattr(scene.world, who)
    for act in (
        lambda: identities.confirm_person(session, actor, 1, LATER),
        lambda: identities.reject_person(session, actor, 1, LATER),
        lambda: organisations.organisation_form(session, actor, scene.world.acme, LATER),
        lambda: organisations.bind(
            session, actor, NewBinding(scene.world.acme, SHARED.teams, None, frozenset()), LATER
        ),
    ):
        with pytest.raises(UserError):
            act()


def test_an_admin_who_owns_the_account_does_not_either(session: Session, scene: Scene) -> None:
    ask(session, scene)
    owner = scene.world.admin.member.id
    ledger.change(session, scene.world.manager.author, Entity.ACCOUNT, scene.world.acme, MONDAY, owner_id=owner)
    with pytest.raises(UserError, check=says("You look after Acme GmbH")):
        identities.confirm_person(session, scene.world.admin, 1, LATER)


def test_handing_the_account_over_to_say_it_and_taking_it_back_does_not_work(session: Session, scene: Scene) -> None:
    ask(session, scene)
    acme, manager, maya = scene.world.acme, scene.world.manager, scene.world.maya.member.id
    for owner in (manager.member.id, maya):
        ledger.change(session, scene.world.admin.author, Entity.ACCOUNT, acme, MONDAY, owner_id=owner)
    with pytest.raises(UserError, check=says("within the last 90 days")):
        identities.confirm_person(session, manager, 1, LATER)
    identities.confirm_person(session, manager, 1, MONDAY + timedelta(days=91))


def test_a_manager_who_asks_about_an_account_of_somebody_else_makes_the_person_known(
    session: Session, scene: Scene
) -> None:
    asking.ask(session, scene.world.manager, NewQuestion(scene.piece, scene.world.ana, "U0ANA"), SHARED, MONDAY)
    account = accounts.in_workspace(session, 1, scene.world.acme)
    assert account is not None
    [identity] = confirmations.identities_of(session, account)
    assert (identity.known_how, identity.known_by) == (KnownHow.MANAGER, scene.world.manager.member.id)
    assert not [key for key, _ in queued(session) if key.startswith("person-question")]


@pytest.mark.parametrize(
    ("by", "surface", "counts"),
    [("maya", "modal", False), ("maya", "import", False), ("admin", "import", True), ("manager", "modal", True)],
)
def test_an_address_makes_known_unless_the_account_team_typed_it(
    session: Session, scene: Scene, by: str, surface: str, counts: bool
) -> None:
    author = replace(getattr(scene.world, by), surface=surface).author
    ledger.change(session, author, Entity.PERSON, scene.world.ana, MONDAY, email="ana@acme.example")
    shown = replace(THEIRS, email="Ana@Acme.example")
    new = NewQuestion(scene.piece, scene.world.ana, "U0ANA")
    asking.ask(session, scene.world.maya, new, replace(SHARED, people=(shown,)), MONDAY)
    answering.say_right(session, replace(ANA_IN_SLACK, email="Ana@Acme.example"), PRESSED, LATER)
    assert (len(checks(session, scene)) == 1) is counts


def test_a_colleague_of_the_person_asked_answers_if_their_address_is_known(session: Session, scene: Scene) -> None:
    ask(session, scene)
    kim = factory.person(session, scene.world.acme, KIM, MONDAY)
    imported = replace(scene.world.admin, surface="import").author
    ledger.change(session, imported, Entity.PERSON, kim, MONDAY, email="kim@acme.example")
    kim_in_slack = replace(ANA_IN_SLACK, slack_id="U0KIM", name="Kim", email="KIM@acme.example")
    answering.say_right(session, kim_in_slack, PRESSED, LATER)
    assert checks(session, scene) == [(CheckVerdict.CONFIRMED, scene.piece, kim)]


def test_an_address_of_two_people_is_nobodys(session: Session, scene: Scene) -> None:
    ask(session, scene)
    imported = replace(scene.world.admin, surface="import").author
    for person in (scene.world.ana, factory.person(session, scene.world.acme, KIM, MONDAY)):
        ledger.change(session, imported, Entity.PERSON, person, MONDAY, email="legal@acme.example")
    both = replace(ANA_IN_SLACK, slack_id="U0KIM", email="legal@acme.example")
    with pytest.raises(UserError, check=says("This asks Ana Ruiz")):
        answering.say_right(session, both, PRESSED, LATER)


@pytest.mark.parametrize(
    ("changes", "pressed", "sentence"),
    [
        ({"team_id": "T0RIVAL"}, PRESSED, "Only people of the organisation"),
        ({"is_guest": True}, PRESSED, "Guests cannot answer"),
        ({"slack_id": "U0NOBODY"}, PRESSED, "This asks Ana Ruiz"),
        ({}, replace(PRESSED, confirmation_id=99), "not here any more"),
        ({}, replace(PRESSED, channel="C0ELSEWHERE"), "not here any more"),
        ({"workspace_id": 2}, PRESSED, "not here any more"),
        ({"slack_id": "U0ANA", "team_id": "T1"}, PRESSED, "Only people of the organisation"),
    ],
    ids=["another organisation", "guest", "not asked", "no such question", "another channel", "workspace", "our team"],
)
def test_who_may_not_answer_hears_why_and_nothing_is_kept(
    session: Session, scene: Scene, changes: dict[str, Any], pressed: Pressed, sentence: str
) -> None:
    ask(session, scene)
    known(session, scene)
    before = session.execute(select(schema.history.c.id)).all()
    outsider = replace(ANA_IN_SLACK, **changes)
    acts: tuple[Callable[[], int], ...] = (
        lambda: answering.say_right(session, outsider, pressed, LATER),
        lambda: answering.correct(session, outsider, pressed, LATER, said="7", words=""),
        lambda: answering.disagree(session, outsider, pressed, "No", LATER),
    )
    for act in acts:
        with pytest.raises(UserError, check=says(sentence)):
            act()
    assert session.execute(select(schema.history.c.id)).all() == before


def test_a_correction_takes_the_old_pieces_place_as_of_the_same_day(session: Session, scene: Scene) -> None:
    ask(session, scene)
    known(session, scene)
    answering.correct(session, ANA_IN_SLACK, replace(PRESSED, channel=None), LATER, said="7.5", words="With Lyon")
    state = proof_state.load(session, 1, scene.world.acme)
    old, new = sorted(state.evidence, key=lambda piece: piece.id)
    assert old.superseded_by == new.id and the_question(session).new_evidence_id == new.id
    assert (new.value, new.statement, new.source, new.as_of, new.attested_by, new.recorded_by, new.link) == (
        Decimal("7.5"),
        "With Lyon",
        Source.CUSTOMER_WROTE,
        old.as_of,
        scene.world.ana,
        None,
        None,
    )
    assert checks(session, scene) == [
        (CheckVerdict.CORRECTED, old.id, scene.world.ana),
        (CheckVerdict.CONFIRMED, new.id, scene.world.ana),
    ]
    assert witness_of(session, scene, new.id) is Witness.CUSTOMER


@pytest.mark.parametrize(
    ("said", "sentence"), [("", "Say what is right"), ("soon", "as a number"), ("6.0", "says already")]
)
def test_a_correction_that_says_nothing_is_refused(session: Session, scene: Scene, said: str, sentence: str) -> None:
    ask(session, scene)
    known(session, scene)
    with pytest.raises(UserError, check=says(sentence)):
        answering.correct(session, ANA_IN_SLACK, PRESSED, LATER, said=said, words="")


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not known yet"])
def test_a_dispute_opens_a_risk_at_once_whoever_of_theirs_says_it(
    session: Session, scene: Scene, is_known: bool
) -> None:
    """A word against us counts without a witness (DESIGN, Witness)."""
    ask(session, scene)
    if is_known:
        known(session, scene)
    answering.disagree(session, ANA_IN_SLACK, PRESSED, "  One good week ", LATER)
    while daily_review.review_due_accounts(session, LATER):
        pass
    state = proof_state.load(session, 1, scene.world.acme)
    [piece] = state.evidence
    assert (piece.disputed_on, piece.disputed_why) == (LATER.date(), "One good week")
    assert piece.disputed_by == (scene.world.ana if is_known else None)
    assert RiskKind.PROOF_DISPUTED in {risk.kind for risk in state.risks if risk.closed_at is None}
    if not is_known:
        known(session, scene)
        [piece] = proof_state.load(session, 1, scene.world.acme).evidence
        assert piece.disputed_by == scene.world.ana
    assert checks(session, scene) == [(CheckVerdict.DISPUTED, scene.piece, scene.world.ana)]


def test_of_two_answers_at_once_one_stands_and_the_other_hears_so(database: Database, scene: Scene) -> None:
    with database.begin() as session:
        ask(session, scene)
        known(session, scene)
    refused: list[str] = []
    barrier = threading.Barrier(2)

    def press(what: str) -> None:
        barrier.wait()
        try:
            with database.begin(hurried=False) as session:
                if what == "right":
                    answering.say_right(session, ANA_IN_SLACK, PRESSED, LATER)
                else:
                    answering.disagree(session, ANA_IN_SLACK, PRESSED, "No", LATER)
        except UserError as error:
            refused.append(error.code.value)

    threads = [threading.Thread(target=press, args=(what,)) for what in ("right", "not right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as session:
        assert len(checks(session, scene)) == 1
        assert refused == ["confirmations.answered_already"]


def test_the_question_shows_the_claim_and_no_word_of_the_rules(session: Session, scene: Scene) -> None:
    ask(session, scene)
    view = posting.compose_question(session, {"workspace_id": 1, "confirmation_id": 1}, MONDAY)
    assert isinstance(view, ConfirmationView)
    assert (view.title, view.figure, view.as_of) == ("Contracts signed within 5 days", "6 days", MONDAY.date())
    assert (view.user, view.organisation, view.asker, view.over) == (
        "U0ANA",
        "Acme",
        scene.world.maya.member.name,
        False,
    )


def test_a_question_is_over_once_the_organisation_is_not_theirs_any_more(session: Session, scene: Scene) -> None:
    ask(session, scene)
    bind(session, scene.world, teams=None, customer_org_ids=frozenset({1}))
    view = posting.compose_question(session, {"workspace_id": 1, "confirmation_id": 1}, LATER)
    assert isinstance(view, ConfirmationView) and view.over
    with pytest.raises(UserError, check=says("Only people of the organisation")):
        answering.say_right(session, ANA_IN_SLACK, PRESSED, LATER)


def test_binding_the_same_organisation_again_changes_nothing(session: Session, scene: Scene) -> None:
    bind(session, scene.world)
    bind(session, scene.world, teams=None, domain="Acme.example")
    bind(session, scene.world, domain="https://acme.example")
    account = accounts.in_workspace(session, 1, scene.world.acme)
    assert account is not None
    bound = [(org.slack_team_id, org.mail_domain) for org in confirmations.orgs_of(session, account)]
    assert bound == [("T0ACME", None), (None, "acme.example")]


def test_our_own_slack_is_nobodys(session: Session, scene: Scene) -> None:
    with pytest.raises(UserError, check=says("Only people of ours")):
        bind(session, scene.world, teams=(Team("T1", "Ours"),))


def test_who_confirms_for_two_customers_is_named_to_the_manager(session: Session, scene: Scene) -> None:
    world = scene.world
    span = DigestSpan(1, world.portfolio_id, None, LATER)
    ask(session, scene)
    known(session, scene)
    answering.say_right(session, ANA_IN_SLACK, PRESSED, LATER)
    assert confirmer_lines(session, span) == DigestLines()
    oak = factory.account(session, "Oak", MONDAY, portfolio_id=world.portfolio_id, owner_id=world.maya.member.id)
    kim = factory.person(session, oak, KIM, MONDAY)
    piece = factory.evidence(session, oak, factory.tickets(session, oak, kim, MONDAY), "400", MONDAY, attested_by=kim)
    bind(session, world, account_id=oak)
    asking.ask(session, world.maya, NewQuestion(piece, kim, "U0ANA"), SHARED, MONDAY)
    identities.confirm_person(session, world.manager, 2, MONDAY)
    answering.say_right(session, ANA_IN_SLACK, replace(PRESSED, confirmation_id=2), LATER)
    [(_, [line])] = confirmer_lines(session, span).of_owners
    acme = accounts.in_workspace(session, 1, world.acme)
    assert acme is not None and f"who has answered for {acme.name} and Oak" in line.text
    assert line.member_id == world.maya.member.id
    assert confirmer_lines(session, replace(span, since=LATER)) == DigestLines()


def test_a_second_slack_of_ours_is_nobodys(session: Session, scene: Scene) -> None:
    """Whose people have our addresses: it cannot be bound, and nobody of it answers where nobody saw that before."""
    remember(session, 1, SlackUser("U0OWN", "Olga Own", "olga@ours.example", "Europe/Berlin"))
    remember(session, 1, SlackUser("U0FREE", "Fred Free", "fred@gmail.com", "Europe/Berlin"))
    second = Team("T0SECOND", "Ours again", frozenset({"sales.ours.example"}))
    with pytest.raises(UserError, check=says("sales.ours.example, which is our own email domain")) as refused:
        bind(session, scene.world, teams=(second,))
    assert refused.value.field == "channel"
    bind(session, scene.world, teams=(Team("T0FREE", "Small", frozenset({"gmail.com"})),))
    ask(session, scene)
    known(session, scene)
    with pytest.raises(UserError, check=says("Only people of the organisation that was asked")):
        answering.say_right(session, replace(ANA_IN_SLACK, email="olga@ours.example"), PRESSED, LATER)
    assert checks(session, scene) == []


def test_our_own_mail_domain_is_nobodys(session: Session, scene: Scene) -> None:
    remember(session, 1, SlackUser("U0NEW", "New Colleague", "new@Ours.example", "UTC"))
    with pytest.raises(UserError, check=says("our own email domain")):
        bind(session, scene.world, teams=None, domain="mail.ours.example")


def test_a_guests_domain_is_not_ours(session: Session, scene: Scene) -> None:
    """An agency or customer whom we have as guests keeps its domain."""
    remember(session, 1, SlackUser("U0GUEST", "Guest", "g@acme.example", "UTC", is_guest=True))
    bind(session, scene.world, teams=None, domain="acme.example")
    assert "acme.example" in session.execute(select(schema.customer_org.c.mail_domain)).scalars().all()


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        (replace(SHARED, teams=()), "Only people of ours"),
        (replace(SHARED, teams=(*SHARED.teams, Team("T0RIVAL", "Rival"))), "Nobody has confirmed yet that Rival is"),
        (replace(SHARED, people=()), "Nobody of Acme GmbH's organisation"),
        (replace(SHARED, people=(replace(THEIRS, slack_user="U0OTHER"),)), "not in this channel"),
    ],
    ids=["ours alone", "a third organisation", "nobody there", "somebody else"],
)
def test_where_a_question_may_not_be_asked(
    session: Session, scene: Scene, channel: SharedChannel, sentence: str
) -> None:
    with pytest.raises(UserError, check=says(sentence)):
        asking.ask(session, scene.world.maya, NewQuestion(scene.piece, scene.world.ana, "U0ANA"), channel, MONDAY)
    assert not [key for key, _ in queued(session) if key.startswith("confirmation")]


def test_one_slack_user_is_one_person(session: Session, scene: Scene) -> None:
    """Else one friendly user at the customer could confirm as everybody there."""
    ask(session, scene)
    kim = factory.person(session, scene.world.acme, KIM, MONDAY)
    tomorrow = MONDAY + timedelta(days=1)
    with pytest.raises(UserError, check=says("already noted as Ana Ruiz")):
        asking.ask(session, scene.world.maya, NewQuestion(scene.piece, kim, "U0ANA"), SHARED, tomorrow)


def test_somebody_who_left_is_not_asked(session: Session, scene: Scene) -> None:
    ledger.change(session, scene.world.maya.author, Entity.PERSON, scene.world.ana, MONDAY, left_on=MONDAY.date())
    with pytest.raises(UserError, check=says("Ana Ruiz has left")):
        ask(session, scene)


def test_only_who_may_write_the_account_asks(session: Session, scene: Scene) -> None:
    with pytest.raises(UserError, check=says("the deputy or the manager")):
        asking.ask(session, scene.world.tom, NewQuestion(scene.piece, scene.world.ana, "U0ANA"), SHARED, MONDAY)
