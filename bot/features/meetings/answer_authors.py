"""Who wrote what of an answer: it belongs to the one who gave it, and its parts to whoever changed them last."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from bot.domain.labels import column_label
from bot.features.meetings.queries import PARTS
from bot.features.meetings.rows import Answer
from bot.features.meetings.views import Coauthor
from bot.store import changes, members
from bot.store.changes import Changed


def coauthors(
    session: Session, workspace_ids: Collection[int], answers: Iterable[Answer]
) -> dict[int, tuple[Coauthor, ...]]:
    """The others who wrote parts of these answers as they stand now, by the answer; it asks for edited ones only.

    What an answer said and who said it is its history, so nothing else keeps it.
    """
    edited = {answer.id: answer for answer in answers if answer.edited_at is not None}
    if not edited:
        return {}
    account_ids = {answer.account_id for answer in edited.values()}
    last_by_part: dict[int, dict[str, Changed]] = {answer_id: {} for answer_id in edited}
    for line in changes.of_answers(session, workspace_ids, account_ids, edited):
        last_by_part[line.entity_id] |= {part: line for part in PARTS if part in line.after}
    authors = {line.member_id for lines in last_by_part.values() for line in lines.values()}
    names = {member.id: member.name for member in members.by_ids(session, workspace_ids, authors).values()}
    return {answer_id: _others(edited[answer_id], lines, names) for answer_id, lines in last_by_part.items()}


def _others(answer: Answer, last_by_part: dict[str, Changed], names: dict[int, str]) -> tuple[Coauthor, ...]:
    """Everybody but the first author who wrote a part, in the order in which they last did."""
    lines_by_author: dict[int, dict[str, Changed]] = {}
    for part, line in last_by_part.items():
        if line.member_id is not None and line.member_id != answer.member_id:
            lines_by_author.setdefault(line.member_id, {})[part] = line
    others = [
        Coauthor(names.get(member_id), tuple(map(column_label, lines)), max(x.at for x in lines.values()))
        for member_id, lines in lines_by_author.items()
    ]
    return tuple(sorted(others, key=lambda coauthor: coauthor.at))
