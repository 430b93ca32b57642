"""Finds new accounts of a file whose name is near that of one that is here: perhaps one customer, written twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.domain.values import slugs
from bot.features.imports.account_changes import Planned
from bot.features.imports.remarks import Note, Remark, note

NEAR = 0.88
_COMPARED = 200_000
"""So many pairs of names are compared letter by letter; of a larger file only those that differ in the legal form."""
_LEGAL = frozenset(
    (
        "ag",
        "bv",
        "co",
        "corp",
        "corporation",
        "company",
        "gmbh",
        "group",
        "holding",
        "inc",
        "incorporated",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oy",
        "plc",
        "sa",
        "sarl",
        "sas",
        "se",
        "spa",
        "srl",
        "the",
    )
)


@dataclass(slots=True)
class NearNames:
    """The names that were here before an import, and what of its new accounts is near them."""

    by_core: dict[str, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, names: Iterable[str]) -> NearNames:
        """With the names that are here."""
        return cls({core(name): name for name in names})

    def counted(self, planned: Planned) -> None:
        """Take in a line; one of the very same name is told otherwise (`Remark.NAMESAKES`)."""
        if planned.is_new and not planned.namesake:
            self.new.append(planned.line.name)

    def notes(self) -> list[Note]:
        """How many new accounts have a near name, and which."""
        letters = len(self.new) * len(self.by_core) <= _COMPARED
        pairs = [(name, here) for name in self.new if (here := self._near(name, letters=letters)) is not None]
        return [note(Remark.NAMES_NEAR, count=len(pairs), examples=pairs)] if pairs else []

    def _near(self, name: str, *, letters: bool) -> str | None:
        wanted = core(name)
        if wanted in self.by_core or not letters:
            return self.by_core.get(wanted)
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for other, here in self.by_core.items():
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR:
                return here
        return None


def core(name: str) -> str:
    """A name without its legal form: `acme manufacturing` of `Acme Manufacturing, Inc.`."""
    words = [word for word in re.split(r"-+", slugs.slug(name)) if word]
    return " ".join([word for word in words if word not in _LEGAL] or words)
