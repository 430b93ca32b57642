"""The second half of the year with Halden Robotics: worth, what breaks, and the way to the renewal."""

from __future__ import annotations

from datetime import date

from bot.domain.enums import CadenceKind, Change, CheckVerdict, Method, Part, RiskKind, Source, Stage, Verdict
from bot.features.accounts import card, history, judgement, stages
from bot.features.accounts.judgement import NewJudgement
from bot.features.evidence import list, record
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.packet import acceptances, packet
from bot.features.packet.acceptances import NewAcceptance
from bot.features.plan import outcome_details, people
from bot.features.risks import ownership
from tests.support.halden import Halden

METHOD = "Their new intake form explains a fifth of it; Sara listed the other causes, and the rest is ours"


def judged(story: Halden) -> None:
    """12 May: Priya judges, with a reason and with what would change her mind."""
    story.go_to(date(2026, 5, 12))
    why, unless = (
        "Nights and Mondays run on it, and their own report says so",
        "Emil leaves, or the leads stop planning from it",
    )
    judge(story, why, unless)
    story.card("12-card-after-the-judgement")


def judge(story: Halden, why: str, unless: str) -> None:
    said = story.act("priya", judgement.judge, NewJudgement(story.account_id, Verdict.YES, why, unless))
    assert said.again == ()


def worth(story: Halden) -> None:
    """June: a method isolates our share, and their controller accepts the money."""
    story.go_to(date(2026, 6, 9))
    answers = story.outcomes["answers"]
    proof = [piece.id for piece in story.state().evidence if piece.outcome_id == answers][-1]
    attributed = story.isolate(proof, Method.BEFORE_AFTER, METHOD)
    story.tick()
    assert story.grades()["answers"] == "attributed proven"
    assert story.stage() is Stage.RENEWAL
    story.go_to(date(2026, 6, 16))
    story.isolate(attributed, Method.BEFORE_AFTER, METHOD, "42,000 EUR", "Jonas Falk")
    assert story.grades()["answers"] == "accepted proven"
    story.keep("13-evidence-of-every-grade", story.act("maya", list.evidence, story.account_id))


def expiry(story: Halden) -> None:
    """July: Emil's words are 90 days old. The proof expires, and with it what Priya's judgement stood on."""
    story.go_to(date(2026, 7, 13), 16)
    assert story.grades()["planned"] == "no unproven"
    assert RiskKind.PROOF_EXPIRED in story.open_risks()
    assert "Reassess:" in story.card("14-card-with-expired-proof")
    story.keep("15-escalation-of-the-expired-proof", story.message("risk"))
    assert "Newly broken" in story.digest("16-digest-newly-broken")
    assert "Expired" in story.thread("16-digest-thread", "1")
    story.answer(Change.NOTHING, None, "Ask Emil whether the leads still plan from it", date(2026, 7, 17))
    story.go_to(date(2026, 7, 16))
    words = "Yes: every Monday, all four teams."
    story.prove(story.outcomes["planned"], Source.CUSTOMER_WROTE, None, "Emil Berg", statement=words)
    story.told("Thank you; we have your words on record")
    story.tick()
    assert RiskKind.PROOF_EXPIRED not in story.open_risks()


def sponsor(story: Halden) -> None:
    """August: Emil leaves. What he attested counts for less until somebody attests it again."""
    story.go_to(date(2026, 8, 3))
    emil = next(person.id for person in story.state().people if person.name == "Emil Berg")
    story.act("maya", people.person_left, emil, date(2026, 7, 31))
    story.tick()
    assert story.grades()["planned"] == "measured unproven"
    assert {RiskKind.SPONSOR_LEFT, RiskKind.NO_CUSTOMER_OWNER} <= story.open_risks()
    story.card("17-card-after-the-sponsor-left")
    left = next(risk for risk in story.state().risks if risk.kind is RiskKind.SPONSOR_LEFT)
    story.act("maya", ownership.claim, left.id)
    story.keep("18-escalation-that-maya-has", story.message("risk", f"risk:{left.id}"))
    story.go_to(date(2026, 8, 10), 16)
    story.digest("19-digest-while-nobody-has-taken-over")
    story.go_to(date(2026, 8, 20))
    lena = story.person("Lena Voss", Part.CHAMPION, "Head of support")
    story.act("maya", outcome_details.set_owner, story.outcomes["planned"], lena)
    words = "I inherited it from Emil and run all four teams from it."
    story.prove(story.outcomes["planned"], Source.CUSTOMER_WROTE, None, "Lena Voss", statement=words)
    story.tick()
    assert story.grades()["planned"] == "confirmed proven"


def dispute(story: Halden) -> None:
    """September: nine in a hundred come back, says the report; their controller says that it leaves out chats."""
    story.go_to(date(2026, 9, 1))
    comebacks = story.outcomes["comebacks"]
    piece = story.prove(comebacks, Source.CUSTOMER_SYSTEM, "9", "Sara Holm")
    assert story.grades()["comebacks"] == "confirmed proven"
    story.go_to(date(2026, 9, 10))
    jonas = next(person.id for person in story.state().people if person.name == "Jonas Falk")
    story.act(
        "maya", record.dispute, piece, by_person=jonas, why="The report leaves out tickets that come back by chat"
    )
    story.tick()
    assert story.grades()["comebacks"] == "asserted unproven"
    assert RiskKind.PROOF_DISPUTED in story.open_risks()
    story.card("20-card-with-disputed-proof")
    story.go_to(date(2026, 9, 14), 16)
    assert RiskKind.RENEWAL_UNPROVEN in story.open_risks()
    story.digest("21-digest-120-days-before-the-renewal")


def recovery(story: Halden) -> None:
    """October: counted anew with chats; new agents and mood are proven as well."""
    story.go_to(date(2026, 9, 29))
    story.prove(
        story.outcomes["comebacks"], Source.CUSTOMER_SYSTEM, "8.8", "Sara Holm", measured_by="Jonas Falk, with chats"
    )
    story.go_to(date(2026, 10, 13), 16)
    story.answer(Change.ECONOMICS, "Four of five outcomes stand in their own systems", None)
    words = "The September intake worked alone after 13 days."
    story.prove(story.outcomes["newcomers"], Source.CUSTOMER_WROTE, "13", "Sara Holm", statement=words)
    story.go_to(date(2026, 10, 20))
    story.prove(story.outcomes["mood"], Source.CUSTOMER_SYSTEM, "4.5", "Sara Holm")
    story.tick()
    assert story.coverage() == "100%"
    assert not story.open_risks() & {RiskKind.RENEWAL_UNPROVEN, RiskKind.PROOF_DISPUTED}
    story.go_to(date(2026, 10, 26), 16)
    story.digest("22-digest-with-everything-proven")


def readout(story: Halden) -> None:
    """November and December: what grows old is confirmed again, and Nora accepts the packet."""
    story.go_to(date(2026, 10, 27))
    again = story.prove(story.outcomes["answers"], Source.CUSTOMER_SYSTEM, "3.6", "Sara Holm")
    story.isolate(again, Method.BEFORE_AFTER, METHOD, "44,000 EUR", "Jonas Falk")
    story.go_to(date(2026, 11, 17))
    words = "We plan all four teams from it, and next year the warehouse as well."
    story.prove(story.outcomes["planned"], Source.CUSTOMER_WROTE, None, "Lena Voss", statement=words)
    series = NewCadence(
        story.account_id, CadenceKind.RENEWAL_READOUT, date(2026, 12, 9), "14:00", "once", "Europe/Oslo"
    )
    story.act("maya", cadences.set_cadence, series)
    story.go_to(date(2026, 12, 1))
    story.prove(story.outcomes["comebacks"], Source.CUSTOMER_SYSTEM, "8.5", "Sara Holm")
    story.prove(story.outcomes["newcomers"], Source.CUSTOMER_SYSTEM, "12", "Sara Holm")
    story.go_to(date(2026, 12, 8), 16)
    story.answer(Change.BELIEF, "They will renew, and ask for the warehouse", "Send Nora the packet", date(2026, 12, 9))
    judge(story, "Five of five stand in their own words and systems", "A quarter without a new figure")
    story.go_to(date(2026, 12, 9), 16)
    nora = next(person.id for person in story.state().people if person.name == "Nora Lind")
    story.keep("23-the-packet", story.act("maya", packet.packet, story.account_id))
    shows = "https://halden.example/board/9-december"
    accepted = story.act("maya", acceptances.accept, NewAcceptance(story.account_id, nora, date(2026, 12, 9), shows))
    story.keep("24-the-manager-is-asked", story.message("acceptance_look"))
    story.act("priya", acceptances.look, accepted, CheckVerdict.SHOWS)
    story.told("The packet that you accepted is on its way to finance")
    story.keep("24-the-packet-accepted", story.act("maya", packet.packet, story.account_id))


def renewal(story: Halden) -> None:
    """12 January: it renews, with at least 80 % proven and the packet accepted."""
    story.go_to(date(2027, 1, 12))
    assert story.coverage() == "100%"
    story.card("25-card-on-the-day-of-renewal")
    stage = story.act("priya", stages.stage_view, story.account_id)
    assert stage.ready and stage.time_to_value == 36
    story.keep("26-stages-of-the-year", stage, modal=True)


def looking_back(story: Halden) -> None:
    """What the record says of the year, and the card as it was in the worst week."""
    told = history.history
    story.keep("27-history", story.act("priya", lambda s, a, now: told(s, a, story.account_id, date(2026, 12, 1), now)))
    as_it_was = story.act("priya", card.card, story.account_id, as_of=date(2026, 8, 3))
    assert "as it was on 3 Aug 2026" in story.keep("28-card-as-of-the-day-the-sponsor-left", as_it_was)
