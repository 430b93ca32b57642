"""Reads how exports name a colleague: `Okafor, Tom`, `Tom Okafor <tom@example.com>`, and the ways to say nobody."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from bot.domain.values.slugs import folded
from bot.features.imports.cells import is_empty, must_be_short, word_key
from bot.features.imports.remarks import Remark, Unreadable

_LONGEST, _LONGEST_CELL = 200, 600
_MAIL = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;]+\.[^\s<>()\[\]\"',;]+")
_NOBODY = frozenset((
    "no owner", "no csm", "no one", "noone", "nobody", "not assigned", "unassigned", "none assigned", "to be assigned",
    "to be hired", "to be determined", "to be confirmed", "tbh", "tba", "tbd", "tbc", "vacant", "vacancy", "open",
    "house account", "house", "former employee", "former user", "former owner", "ex employee", "deleted user",
    "deleted", "user deleted", "removed user", "unknown user", "unknown owner", "deactivated user", "deactivated",
    "deactivated owner", "inactive user", "inactive", "inactive owner", "disabled user", "system", "system user",
    "system admin", "system administrator", "admin", "administrator", "admin user", "api user", "integration user",
    "integration", "data loader", "default", "default owner", "default user", "queue", "pool", "pooled",
    "missing owner", "owner not found", "missing user", "no user", "anonymous", "automated process", "bot", "n a",
    "nicht zugewiesen", "keiner", "niemand", "nicht zugeordnet", "kein besitzer", "non assigne", "non attribue",
    "aucun", "personne", "sin asignar", "no asignado", "ninguno", "sin propietario", "non assegnato", "nessuno",
    "nao atribuido", "sem proprietario", "ninguem", "niet toegewezen", "geen", "ej tilldelad", "ikke tildelt",
    "担当者なし", "未割り当て", "未定", "なし", "无", "未分配", "없음", "미지정", "не назначен", "нет",
))  # fmt: skip
_NOBODYS = re.compile(r"(?:deactivated|deleted|inactive|removed|former) user\b.*|un ?assigned\b.*|queue .*|.* queue")
_GONE = re.compile(
    r"^#\s|[(\[](?:deactivated|inactive|disabled|deleted|removed|former)(?: user| employee| owner)?[)\]]", re.I
)
# Keys of records, and numbers: they name somebody whom only the other system knows.
_KEY = re.compile(
    r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?|\d{3,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[UW][A-Z0-9]{8,}", re.A
)
_SUFFIX = frozenset(
    ("jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "cpa", "csm", "esq", "msc", "bsc", "dds", "pmp")
)
_TITLES = re.compile(
    r"(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau|hr|fr|mme|mlle|sr|sra|ing|dipl|mag)\.|mr|mrs|ms|herr|frau)\s+", re.I
)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")
"""What stands behind a name in brackets: a part, a team, or how many rows its group has."""
_BETWEEN = re.compile(r"\s*[;|\n]\s*|\s+[/&+]\s+|\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Who:
    """A colleague as an export names them: by name, by email address, or by both."""

    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What a cell says of a colleague: who, or nobody. `why` tells what was left aside, None for a plain name."""

    who: Who | None
    why: Remark | None = None


def read(text: str, email: str = "", known: Collection[str] = ()) -> Named:
    """The colleague whom a cell names, and the email address beside it; `known` are folded names of the file.

    Raises `Unreadable`.
    """
    must_be_short(text, _LONGEST_CELL, "person")
    must_be_short(email, _LONGEST_CELL, "email")
    address = _MAIL.search(email) or _MAIL.search(text)
    name = " ".join(_MAIL.sub(" ", text).replace("<>", " ").replace("()", " ").replace("[]", " ").split())
    name = re.sub(r"[<(\[]\s*[>)\]]", "", name).strip(' ,;:"<>')
    if is_empty(text) and address is None:
        return Named(None)
    if _is_nobody(name) or _GONE.search(text) or (is_empty(name) and address is None):
        return Named(None, Remark.OWNERS_NOBODY)
    if _KEY.fullmatch(name):
        return Named(_by_address(address), None if address else Remark.OWNERS_NOBODY)
    if is_empty(name):
        return Named(_by_address(address))
    people = _separated(name, known)
    first = _plain(in_order(people[0]))
    if len(first) > _LONGEST:
        raise Unreadable(Remark.TOO_LONG_TO_BE, what="person")
    several = Remark.OWNERS_SEVERAL if len(people) > 1 else None
    if several and address and not _MAIL.search(email):
        address = _MAIL.search(re.split(r"[;|\n]", text)[0])
    return Named(Who(first, address.group().lower() if address else None), several)


def _plain(name: str) -> str:
    """A name without the form of address before it and what is in brackets behind it."""
    bare = _ASIDE.sub("", name)
    titled = _TITLES.match(bare)
    rest = bare[titled.end() :] if titled else bare
    return rest if " " in rest else bare or name


def _by_address(address: re.Match[str] | None) -> Who | None:
    return Who(address.group(), address.group().lower()) if address else None


def _is_nobody(name: str) -> bool:
    key = word_key(name)
    return key in _NOBODY or _NOBODYS.fullmatch(key) is not None


def _separated(name: str, known: Collection[str]) -> list[str]:
    """The people whom a cell names: `Jo Bloggs, Ann Lee` are two if the file knows one of them by that name."""
    people = [part.strip() for part in _BETWEEN.split(name) if part.strip()]
    parts = [part.strip() for part in name.split(",") if part.strip()]
    full = [part for part in parts if " " in part]
    if len(people) == 1 and len(parts) > 1 and full == parts and (len(parts) > 2 or {*map(folded, full)} & {*known}):
        return parts
    return people


def in_order(name: str) -> str:
    """A name as people say it: `Okafor, Tom` is Tom Okafor; a title after the comma is left out."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if len(parts) < 2:
        return " ".join(name.split()).strip(", ")
    family, given, *_ = parts
    if folded(given).replace(".", "") in _SUFFIX:
        return family
    if len(parts) == 2 and not re.search(r"\d", name) and len(given.split()) <= 3 and len(family.split()) <= 4:
        return f"{given} {family}"
    return family


@dataclass(slots=True)
class Spellings:
    """How one file writes its colleagues: the same person by name here and by address there is one."""

    name_by_email: dict[str, str] = field(default_factory=dict)
    email_by_name: dict[str, str | None] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    read: dict[tuple[str, str], Named] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Iterable[tuple[str, str]]) -> Spellings:
        """Learn from every (name, email) cell of the file."""
        spellings = cls()
        # Plain names first: they tell what a comma separates.
        for cell in sorted(dict.fromkeys(cells), key=lambda cell: "," in cell[0]):
            try:
                named = read(*cell, spellings.spelled)
            except Unreadable:
                continue
            if named.who is not None:
                spellings._learn(named.who)
        return spellings

    def named(self, text: str, email: str = "") -> Named:
        """As `read`, with what the rest of the file says of the same person. Raises `Unreadable`."""
        colleague = self.read.get((text, email))
        if colleague is None:
            colleague = read(text, email, self.spelled)
            colleague = colleague if colleague.who is None else replace(colleague, who=self._completed(colleague.who))
            self.read[text, email] = colleague
        return colleague

    def _learn(self, who: Who) -> None:
        key = folded(who.name)
        if who.name.lower() != who.email:
            better = self.spelled.get(key)
            if better is None or (
                (better.isupper() or better.islower()) and not (who.name.isupper() or who.name.islower())
            ):
                self.spelled[key] = who.name
            if who.email:
                self.name_by_email.setdefault(who.email, who.name)
                # A name with two addresses is two people, so neither is taken for a bare name.
                first_email = self.email_by_name.setdefault(key, who.email)
                if first_email != who.email:
                    self.email_by_name[key] = None

    def _completed(self, who: Who) -> Who:
        name = who.name
        if who.email and name.lower() == who.email:
            name = self.name_by_email.get(who.email, name)
        key = self._usual_order(name)
        return Who(self.spelled.get(key, name), who.email or self.email_by_name.get(key))

    def _usual_order(self, name: str) -> str:
        """The folded name; `DUPONT Jean` is Jean Dupont where the file has one."""
        family, _, given = name.partition(" ")
        other = folded(f"{given} {family}")
        return other if given and len(family) > 1 and family.isupper() and other in self.spelled else folded(name)
