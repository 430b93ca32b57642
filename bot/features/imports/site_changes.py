"""Binds the domains of accounts' websites: an address of that domain is the customer's own.

From DESIGN, Witness: a mail domain is bound by the CRM import; never ours, never free mail. A domain that two accounts
name, or that is another account's already, is told and not bound; nor is one again that somebody has ended here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.free_mail import FREE_MAIL_DOMAINS
from bot.domain.account.organisations import Unbindable, belongs_to, mail_domain, why_unbindable
from bot.domain.enums import BoundHow
from bot.domain.labels import column_label
from bot.features.imports.account_changes import Planned
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.merge_policy import SURFACE, shown
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import Changed
from bot.store import confirmations, ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author

_WHY = {
    Unbindable.OURS: Remark.SITE_OURS,
    Unbindable.FREE_MAIL: Remark.SITE_FREE_MAIL,
    Unbindable.NO_DOMAIN: Remark.SITE_UNREADABLE,
}
# Pages of many firms: who has an address there is of the host, not of the firm.
_HOSTS = frozenset((
    "linkedin.com", "facebook.com", "fb.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "tiktok.com",
    "xing.com", "google.com", "wikipedia.org", "crunchbase.com", "github.com", "github.io", "gitlab.io", "notion.site",
    "wixsite.com", "wordpress.com", "blogspot.com", "weebly.com", "squarespace.com", "webflow.io", "myshopify.com",
    "shopify.com", "square.site", "business.site", "sites.google.com", "azurewebsites.net", "herokuapp.com",
    "netlify.app", "vercel.app", "pages.dev", "web.app", "firebaseapp.com", "amazonaws.com", "cloudfront.net",
    "medium.com", "substack.com", "linktr.ee", "jimdofree.com", "jimdosite.com", "ueniweb.com", "godaddysites.com",
))  # fmt: skip
# Below a country's, these are places for everybody's names: `co.uk`, `com.br`.
_SHARED_SECOND = frozenset(
    ("co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "gov", "mil", "nom")
)


@dataclass(slots=True)
class SiteBook:
    """What one import does about domains, some accounts at a time, and what the report says of it."""

    workspace_id: int
    now: datetime
    named: Counter[str]
    by_member: int | None
    ours: frozenset[str] | None = None
    bindings: _Bindings | None = None
    bound: list[tuple[str, str]] = field(default_factory=list)
    told: dict[Remark, list[tuple[str, str, str | None]]] = field(default_factory=dict)

    @classmethod
    def of(cls, by: Author, now: datetime, lines: Iterable[ImportedAccount]) -> SiteBook:
        """A book that knows how many lines of the whole file name each domain."""
        domains = (mail_domain(line.website) for line in lines if line.website)
        counted = Counter(domain for domain in domains if domain is not None)
        return cls(by.workspace_id, now, counted, by.member_id)

    def plan(self, session: Session, planned: Sequence[Planned]) -> list[Planned]:
        """The same lines, with the domain that each binds."""
        speaking = [item for item in planned if item.line.website]
        if not speaking:
            return list(planned)
        if self.ours is None:
            self.ours = frozenset(confirmations.mail_domains_of_ours(session, self.workspace_id))
        if self.bindings is None:
            self.bindings = _Bindings.load(session, self.workspace_id)
        changed = {id(item): self._planned(item, self.bindings) for item in speaking}
        return [changed.get(id(item), item) for item in planned]

    def apply(self, session: Session, by: Author, file: str, pairs: Sequence[tuple[int, Planned]]) -> None:
        """Bind the planned domains to these accounts, each with its history."""
        binding = [(account_id, item) for account_id, item in pairs if item.domain is not None]
        what: dict[str, Any] = {"workspace_id": by.workspace_id, "bound_by": by.member_id}
        what |= {"bound_how": BoundHow.CRM_IMPORT, "bound_at": self.now}
        rows = [{"account_id": account_id, "mail_domain": item.domain, **what} for account_id, item in binding]
        whys = [f"{file}, line {item.line.line}" for _, item in binding]
        if rows:
            ledger.add_many(session, by, Entity.CUSTOMER_ORG, self.now, rows, whys=whys)

    def notes(self) -> list[Note]:
        """What the report says of domains: how many are bound, and why others are not."""
        notes = []
        if self.bound:
            name, domain = self.bound[0]
            notes.append(note(Remark.SITE_BOUND, count=len(self.bound), name=name, domain=domain))
        for remark, cases in self.told.items():
            name, text, other = cases[0]
            notes.append(note(remark, count=len(cases), name=name, domain=text, other=other))
        return notes

    def _planned(self, item: Planned, bindings: _Bindings) -> Planned:
        typed = item.line.website or ""
        domain = mail_domain(typed)
        account_id = item.row["id"] if item.row is not None else None
        if (domain, account_id) in bindings.known:
            return item  # bound already, or ended here by somebody
        problem = why_unbindable(domain, self.ours or (), FREE_MAIL_DOMAINS)
        if domain is None or problem is not None:
            return self._told(item, _WHY[problem or Unbindable.NO_DOMAIN], domain or typed[:80])
        if belongs_to(domain, _HOSTS) or _is_shared(domain):
            return self._told(item, Remark.SITE_OF_MANY, domain)
        if self.by_member is not None and self.by_member in (item.after.get("owner_id"), item.after.get("deputy_id")):
            # Who is judged by the record says nowhere whose word is the customer's.
            return self._told(item, Remark.SITE_OF_IMPORTER, domain)
        if self.named[domain] > 1:
            return self._told(item, Remark.SITE_TWICE, domain)
        other = bindings.other(domain, account_id)
        if other is not None:
            return self._told(item, Remark.SITE_OF_ANOTHER, domain, other)
        bindings.add(domain, account_id, item.title)
        self.bound.append((item.title, domain))
        changes = item.changes
        if item.row is not None:
            changes += (Changed(item.line.line, item.title, column_label("mail_domain"), shown(None), domain),)
        return replace(item, domain=domain, changes=changes)

    def _told(self, item: Planned, remark: Remark, domain: str, other: str | None = None) -> Planned:
        self.told.setdefault(remark, []).append((item.title, domain, other))
        return item


@dataclass(slots=True)
class _Bindings:
    """The mail domains of a workspace's accounts: those that hold, and all that an account has or had.

    `above` has the account below each domain: for `mail.acme.example` also under `acme.example`.
    """

    known: set[tuple[str, int]] = field(default_factory=set)
    holding: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    above: dict[str, tuple[int | None, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, workspace_id: int) -> _Bindings:
        """Read the workspace; what an undone import took back was never bound."""
        org, account = schema.customer_org, schema.account
        rows = session.execute(
            select(org.c.id, org.c.mail_domain, org.c.account_id, account.c.name, org.c.ended_at)
            .join_from(org, account, account.c.id == org.c.account_id)
            .where(org.c.workspace_id == workspace_id, org.c.mail_domain.is_not(None))
        ).all()
        undone = _undone(session, workspace_id) if any(row.ended_at is not None for row in rows) else set()
        bindings = cls()
        for row in rows:
            if row.id not in undone:
                bindings.known.add((row.mail_domain, row.account_id))
                if row.ended_at is None:
                    bindings.add(row.mail_domain, row.account_id, row.name)
        return bindings

    def add(self, domain: str, account_id: int | None, name: str) -> None:
        """Take note of a domain that holds."""
        self.holding[domain] = account_id, name
        for parent in _parents(domain):
            self.above.setdefault(parent, (account_id, name))

    def other(self, domain: str, account_id: int | None) -> str | None:
        """The name of another account that an address of this domain could belong to; None if there is none."""
        near = [self.holding.get(domain), self.above.get(domain), *map(self.holding.get, _parents(domain))]
        return next((name for owner, name in filter(None, near) if owner is None or owner != account_id), None)


def _parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def _undone(session: Session, workspace_id: int) -> set[int]:
    history = schema.history
    by_import = select(history.c.entity_id, history.c.after).where(
        history.c.workspace_id == workspace_id,
        history.c.entity == Entity.CUSTOMER_ORG.value,
        history.c.surface == SURFACE,
    )
    return {row_id for row_id, after in session.execute(by_import) if after.get("ended_at")}


def _is_shared(domain: str) -> bool:
    first, *rest = domain.split(".")
    return len(rest) == 1 and len(rest[0]) == 2 and first in _SHARED_SECOND
