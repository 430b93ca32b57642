"""What somebody else could open to check what we say: a link, or a file that the bot keeps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.model import Account
from bot.domain.proof import reference
from bot.store import kept_files

LARGEST_FILE = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that somebody gave to show something, with its bytes."""

    name: str
    mime: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """The key by which references are compared, and the kept file's id; None for what is not there."""

    key: str | None
    file_id: int | None


def must_be_a_link(link: str | None, field: str = "link") -> None:
    """Raise `UserError` for a link that a colleague cannot follow, or that only leads on to another."""
    if link is None:
        return
    if not reference.is_openable(link):
        raise UserError(AppRefusal.LINK_NOT_OPENABLE, field)
    if reference.is_shortened(link):
        raise UserError(AppRefusal.LINK_SHORTENED, field)


def key_of(link: str | None, file: NewFile | None) -> str | None:
    """The key of what is given; a file stands for the link beside it, which may be a page that changes.

    `UserError` for a file that cannot be kept.
    """
    if file is None:
        return None if link is None else reference.link_key(link)
    if len(file.content) > LARGEST_FILE:
        raise UserError(AppRefusal.FILE_TOO_LARGE, "file", megabytes=LARGEST_FILE // 1024**2)
    if not file.content:
        raise UserError(AppRefusal.FILE_EMPTY, "file")
    return reference.file_key(file.content)


# within: who calls has reached the account by its workspace
def keep(session: Session, account: Account, by: int, file: NewFile, now: datetime) -> int:
    """Keep a file of an account that the member `by` gave; the same bytes once. Returns its id."""
    sha256 = hashlib.sha256(file.content).hexdigest()
    kept_id = kept_files.file_with_hash(session, account, sha256)
    if kept_id is not None:
        return kept_id
    row = kept_files.FileRow(file.name, file.mime, file.content, sha256)
    return kept_files.add_file(session, account, by, row, now)


def kept_again(session: Session, account: Account, file_id: int) -> Reference:
    """The reference of a file that is kept already, for what is recorded anew."""
    kept = kept_files.kept_file_of(session, account, file_id)
    if kept is None:
        raise no_such_account()
    return Reference(f"file:{kept.sha256}", file_id)


def opened(session: Session, account: Account, file_id: int | None) -> NewFile:
    """A kept file of an account with its bytes; `UserError` when there is none."""
    kept = None if file_id is None else kept_files.kept_file_of(session, account, file_id)
    content = None if kept is None else kept_files.content_of(session, account, kept.id)
    if kept is None or content is None:
        raise UserError(AppRefusal.FILE_GONE)
    return NewFile(kept.name, None, content)
