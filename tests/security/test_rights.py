"""Who may do what, in every operation: docs/security.md shows what is so."""

from __future__ import annotations

from bot.store.engine import Database
from tests.security.rights import BEGIN, END, PAGE, as_markdown, matrix


def test_the_page_shows_the_rights_as_they_are(database: Database) -> None:
    rights = matrix(database)
    shown = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == as_markdown(rights), "run python -m tests.security.rights"


def test_guests_and_people_of_other_organisations_get_nothing(database: Database) -> None:
    allowed = [
        f"{role}: {name}"
        for name, by_role in matrix(database).items()
        for role in ("guest", "stranger")
        if by_role[role]
    ]
    assert allowed == []


def test_a_right_never_shrinks_towards_the_admin(database: Database) -> None:
    """Whoever reads may be anybody here; an owner may what a member may, and an admin what anybody may."""
    for name, may in matrix(database).items():
        if name.startswith("meetings.answer_drafts") or name == "meetings.forms.draft_form":
            continue  # a draft is its author's, here the owner
        assert may["member"] <= may["owner"] <= may["admin"], name
        assert may["member"] <= may["manager"] <= may["admin"], name
        assert may["owner"] == may["deputy"], name
        assert may["other manager"] <= may["manager"], name
