"""Who may do what, in every operation: docs/security.md shows what is so."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.engine import Database
from tests.security.rights import BEGIN, END, PAGE, as_markdown, matrix

Rights = Mapping[str, Mapping[str, bool]]


def test_the_rights_are_those_of_the_page_and_make_sense(database: Database) -> None:
    """One test, because working the rights out takes longer than all else."""
    rights = matrix(database)
    shown = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == as_markdown(rights), "run python -m tests.security.rights"
    assert allowed_to_outsiders(rights) == []
    assert [name for name, may in rights.items() if not grows_towards_the_admin(name, may)] == []


def allowed_to_outsiders(rights: Rights) -> list[str]:
    """What guests and people of other organisations may do: nothing."""
    outside = ("guest", "stranger")
    return [f"{role}: {name}" for name, by_role in rights.items() for role in outside if by_role[role]]


def grows_towards_the_admin(name: str, may: Mapping[str, bool]) -> bool:
    """Whoever reads may be anybody here; an owner may what a member may, and an admin what anybody may."""
    if name.startswith("meetings.answer_drafts") or name == "meetings.forms.draft_form":
        return True  # a draft is its author's, here the owner
    if name == "packet.acceptances.look":
        return True  # the manager's alone: an admin stands in only for one who has the account
    grows = may["member"] <= may["owner"] <= may["admin"] and may["member"] <= may["manager"] <= may["admin"]
    return grows and may["owner"] == may["deputy"] and may["other manager"] <= may["manager"]
