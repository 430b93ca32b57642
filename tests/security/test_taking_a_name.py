"""A newcomer who calls himself like an owner of an import inherits nothing until an admin has said so."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.app.actor import Actor, UserError
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.features.workspace import imported_owners
from bot.features.workspace.refusals import WorkspaceRefusal
from bot.features.workspace.views import ImportedOwnerView
from bot.store import accounts, members, schema
from bot.store.engine import Database
from bot.store.members import Member, SlackUser
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.bot_process import Stage, staged
from tests.support.cast import ADA, GUS, KENJI, MAYA, TOM
from tests.support.factory import NOON

BOOK = b"Name,Owner\nAcme,Tom Okafor\nGlobex,Tom Okafor\n"
BOOK_WITH_EMAIL = b"Name,Owner,Owner Email\nAcme,Tom Okafor,tom@northwind.example\n"


def taken(database: Database, book: bytes = BOOK) -> None:
    import_accounts(ImportRun(database, 1, NOON), File("book.csv", book), Options())


def met(database: Database, *people: SlackUser) -> list[Member]:
    with database.begin() as session:
        return [members.remember(session, 1, person) for person in people]


def owned_by(database: Database, member: Member) -> int:
    with database.reading() as session:
        return len(accounts.ids_of(session, 1, member.id))


def imported(database: Database) -> Member:
    with database.reading() as session:
        [owner] = [member for member in members.of_workspace(session, 1) if member.slack_id is None]
    return owner


def asked(database: Database) -> Sequence[str]:
    """The owners whom the job asks about, by name, until it has nothing left to ask."""
    with database.begin() as session:
        while imported_owners.ask_who_owners_are(session, NOON):
            pass
        return [owner.name for owner in members.of_workspace(session, 1) if owner.slack_id is None]


def confirm(database: Database, by: Member, owner: Member, slack_id: str) -> None:
    with database.begin() as session:
        imported_owners.confirm_owner(session, Actor(by, "modal"), owner.id, slack_id, NOON)


@pytest.mark.parametrize("name", ["Tom Okafor", "tom okafor", "TOM  OKAFOR"])
def test_a_newcomer_with_the_name_inherits_nothing(database: Database, name: str) -> None:
    met(database, ADA.user())
    taken(database)
    [newcomer] = met(database, TOM.user(name=name))
    assert owned_by(database, newcomer) == 0
    assert owned_by(database, imported(database)) == 2


def test_the_email_counts_whatever_the_name(database: Database) -> None:
    taken(database, BOOK_WITH_EMAIL)
    liar, owner = met(database, TOM.user(), MAYA.user(email="TOM@northwind.example"))
    assert (owned_by(database, liar), owned_by(database, owner)) == (0, 1)


def test_a_guest_with_the_email_inherits_nothing(database: Database) -> None:
    taken(database, BOOK_WITH_EMAIL)
    [guest] = met(database, GUS.user(email="tom@northwind.example"))
    assert owned_by(database, guest) == 0


def test_an_import_with_an_email_is_not_matched_by_name(database: Database) -> None:
    [newcomer] = met(database, TOM.user())
    taken(database, BOOK_WITH_EMAIL)
    assert owned_by(database, newcomer) == 0


def test_an_import_by_name_finds_the_one_full_member_of_that_name(database: Database) -> None:
    [tom] = met(database, TOM.user())
    taken(database)
    assert owned_by(database, tom) == 2


def test_the_admin_is_asked_once_and_says_who_it_is(database: Database) -> None:
    ada, tom = met(database, ADA.user(), KENJI.user())
    taken(database)
    [liar] = met(database, TOM.user())
    asked(database)
    owner = imported(database)
    with database.begin() as session:
        view = imported_owners.compose_owner(session, {"workspace_id": 1, "member_id": owner.id}, NOON)
        assert not imported_owners.ask_who_owners_are(session, NOON)
    assert isinstance(view, ImportedOwnerView)
    assert (view.count, view.accounts, view.namesakes) == (2, ("Acme", "Globex"), (TOM.slack_id,))
    confirm(database, ada, owner, KENJI.slack_id)
    confirm(database, ada, owner, TOM.slack_id)  # the first answer stands
    assert [owned_by(database, member) for member in (tom, liar, owner)] == [2, 0, 0]


def test_a_later_import_knows_what_the_admin_said(database: Database) -> None:
    [ada, kenji] = met(database, ADA.user(), KENJI.user())
    taken(database)
    confirm(database, ada, imported(database), KENJI.slack_id)
    met(database, TOM.user())
    taken(database, BOOK + b"Initech,Tom Okafor\n")
    assert owned_by(database, kenji) == 3


@pytest.mark.parametrize("who", [TOM, MAYA])
def test_only_an_admin_says_who_it_is(database: Database, who: object) -> None:
    met(database, ADA.user())
    taken(database)
    [tom, maya] = met(database, TOM.user(), MAYA.user())
    actor = tom if who is TOM else maya
    with pytest.raises(UserError) as refused:
        confirm(database, actor, imported(database), TOM.slack_id)
    assert refused.value.code is WorkspaceRefusal.ONLY_ADMINS
    with database.begin() as session, pytest.raises(UserError):
        imported_owners.nobody_in_slack(session, Actor(actor, "button"), imported(database).id, NOON)


def test_no_guest_is_chosen_and_an_admin_of_another_workspace_finds_nobody(database: Database) -> None:
    [ada, _] = met(database, ADA.user(), GUS.user())
    taken(database)
    owner = imported(database)
    with pytest.raises(UserError) as refused:
        confirm(database, ada, owner, GUS.slack_id)
    assert refused.value.code is WorkspaceRefusal.NO_FULL_MEMBER
    other = factory.add_workspace(database, "T0RIVAL")
    with database.begin() as session:
        rival = members.remember(session, other, ADA.user())
    with pytest.raises(UserError) as refused:
        confirm(database, rival, owner, ADA.slack_id)
    assert refused.value.code.value == "app.no_such_account"


def test_somebody_who_comes_with_the_email_later_is_found_without_a_question(database: Database) -> None:
    met(database, ADA.user())
    [tom] = met(database, TOM.user())
    taken(database, BOOK_WITH_EMAIL)
    met(database, TOM.user(email="tom@northwind.example"))
    asked(database)
    assert owned_by(database, tom) == 1


def test_nobody_is_asked_about_more_than_five_at_a_time(database: Database) -> None:
    met(database, ADA.user())
    lines = "".join(f"Account {n},Owner {n}\n" for n in range(9))
    taken(database, f"Name,Owner\n{lines}".encode())
    assert len(asked(database)) == 9
    with database.reading() as session:
        questions = select(func.count()).where(outbox.c.kind == "imported-owner")
        assert session.execute(questions).scalar_one() == 5


async def test_the_first_meeting_finds_owners_by_name_and_an_admin_settles_the_rest(
    tmp_path: Path, sqlite_template: Path
) -> None:
    file = shutil.copy(sqlite_template, tmp_path / "proofline.db")
    database = Database(f"sqlite:///{file}")
    with database.begin() as session:
        session.execute(insert(schema.workspace).values(team_id="T0NORTHWIND", name="Northwind", created_at=NOON))
    taken(database, BOOK + b"Initech,Zoe Zukunft\n")
    database.dispose()
    async with staged(tmp_path) as stage:
        await _settle_zoe(stage)


async def _settle_zoe(stage: Stage) -> None:
    tom, maya = stage.actor("tom").member, stage.person("maya")
    assert stage.read(lambda session: len(accounts.ids_of(session, stage.workspace_id, tom.id))) == 2
    await stage.settle()
    assert "Who is Zoe Zukunft?" in maya.text(maya.dm()[-1])
    await maya.click("imported_owner.choose")
    await maya.submit({"colleague": stage.person("kenji").id})
    await stage.settle()
    assert "who now answers for those accounts" in maya.text(maya.dm()[-1])
    kenji = stage.actor("kenji").member
    assert stage.read(lambda session: len(accounts.ids_of(session, stage.workspace_id, kenji.id))) == 1
