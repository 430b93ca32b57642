"""Reads and keeps the files that people give as references, with their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store.schema import kept_file


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file to be kept."""

    name: str
    mime: str | None
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A kept file without its bytes; `size` in bytes."""

    id: int
    name: str
    sha256: str
    size: int


def file_with_hash(session: Session, of: Account, sha256: str) -> int | None:
    """The id of the account's kept file with these bytes."""
    # within: the account was reached by its workspace
    same = (kept_file.c.account_id == of.id) & (kept_file.c.sha256 == sha256)
    same_id: int | None = session.execute(select(func.min(kept_file.c.id)).where(same)).scalar_one()
    return same_id


def add_file(session: Session, of: Account, by: int, file: FileRow, now: datetime) -> int:
    """Keep a file of an account that a member gave; returns its id. History names it with the piece that it shows."""
    row = {
        "workspace_id": of.workspace_id,
        "account_id": of.id,
        "sha256": file.sha256,
        "name": file.name,
        "mime": file.mime,
        "size": len(file.content),
        "content": file.content,
        "uploaded_by": by,
        "uploaded_at": now,
    }
    return int(session.execute(insert(kept_file).values(**row).returning(kept_file.c.id)).scalar_one())


def kept_file_of(session: Session, of: Account, file_id: int) -> KeptFile | None:
    """A kept file of the account, without its bytes."""
    columns = (kept_file.c.id, kept_file.c.name, kept_file.c.sha256, kept_file.c.size)
    # within: the account was reached by its workspace
    theirs = (kept_file.c.id == file_id) & (kept_file.c.account_id == of.id)
    row = session.execute(select(*columns).where(theirs)).one_or_none()
    return None if row is None else KeptFile(*row)


def content_of(session: Session, of: Account, file_id: int) -> bytes | None:
    """The bytes of a kept file of the account."""
    # within: the account was reached by its workspace
    theirs = (kept_file.c.id == file_id) & (kept_file.c.account_id == of.id)
    return session.execute(select(kept_file.c.content).where(theirs)).scalar_one_or_none()
