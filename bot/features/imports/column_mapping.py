"""Which column of an export is which field: the header line, the names that CRMs use, and what `--map` says instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.app.actor import UserError
from bot.features.imports import headers, merged_cells, wide_tables
from bot.features.imports.dressing import undressed
from bot.features.imports.fields import READINGS, TABLES, FieldTable
from bot.features.imports.file_reader import Row, Sheet
from bot.features.imports.headers import Variant, key
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import ColumnUse

IGNORE = "ignore"
LABEL = "label"
_HEADER_WITHIN = 200
_DATA = re.compile(r"(?!(?:19|20)\d\d$)[-(]?[\W_]*\d[\d.,:/'’ \u00a0-]*[%)]?|[^\s@]+@[^\s@]+\.[^\s@]+")
_LONGEST_DATA = 100
_FALLBACKS = 3
_WIDE_NAMED = 2
# What is in brackets may make another figure of a column, so most exact names come before it.
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each recognised field stands in a row.

    `further` holds the positions of a field that is read row by row, after its first. `line` is the header's line,
    `labels` are the positions of columns that are kept as they are.
    """

    headers: tuple[str, ...]
    at: Mapping[str, int]
    further: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    uses: tuple[ColumnUse, ...] = ()
    notes: tuple[Note, ...] = ()
    line: int = 1
    labels: tuple[int, ...] = ()
    rows: tuple[Row, ...] = field(default=(), repr=False)

    def __contains__(self, name: str) -> bool:
        return name in self.at

    def labels_of(self, row: Row) -> dict[str, str]:
        """The text of each column that is kept as a label and has some in this row, by its header."""
        texts = {self.headers[at]: undressed(row.cells[at]) for at in self.labels if at < len(row.cells)}
        return {header: text for header, text in texts.items() if text}

    def currency_hint(self, name: str) -> str | None:
        """An ISO code or a sign in the header of this amount."""
        return headers.currency_of(self.headers[self.at[name]]) if name in self.at else None

    def scale(self, name: str) -> int:
        """What the header of this amount multiplies by: 1,000 for `ARR ($K)`."""
        return headers.scale_of(self.headers[self.at[name]]) if name in self.at else 1

    def header(self, name: str) -> str | None:
        """The header of the column that holds this field."""
        return self.headers[self.at[name]] if name in self.at else None

    def cell(self, row: Row, name: str) -> str:
        """The text of this field in `row`; empty when the column or the cell is not there."""
        position = self.at.get(name)
        return undressed(row.cells[position]) if position is not None and position < len(row.cells) else ""

    def cells(self, row: Row, name: str) -> list[tuple[str, str]]:
        """The header and text of every column that this field is read from, the first one first."""
        if name not in self.at:
            return []
        positions = (self.at[name], *self.further.get(name, ()))
        return [(self.headers[at], undressed(row.cells[at]) if at < len(row.cells) else "") for at in positions]


def recogniser(table: FieldTable, mapping: Iterable[str] = ()) -> Recogniser:
    """What tells the header line of a file of this kind; raises `UserError` when `mapping` cannot be read."""
    return Recogniser(table, tuple(_pair(text, table) for text in mapping))


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Knows the headers of one kind of file, and those that a person named (`CRM column`, field)."""

    table: FieldTable
    pairs: tuple[tuple[str, str], ...] = ()

    def count(self, cells: Sequence[str]) -> int:
        """How many fields this row would name if it were the header; 0 for a row that holds data."""
        if len(cells) > _HEADER_WITHIN * 10:
            return 0
        mapped = {key(header) for header, _ in self.pairs}
        ranks = _ranks_of(self.table)
        fields: set[str] = set()
        count = 0
        for cell in cells:
            if key(cell) in mapped:
                count += 1
                continue
            names = {match[0] for variant in headers.variants(cell) for match in ranks.get(variant.key, ())}
            if names:
                fields.add(min(names))
        count += len(fields)
        is_data = any(_DATA.fullmatch(cell.strip()[:_LONGEST_DATA]) for cell in cells if cell.strip())
        return 0 if is_data and count < 2 else count

    def recognise(self, sheet: Sheet) -> Columns:
        """Find the header line and its fields.

        Raises `UserError` when a mapping names what is not there, or a required field is not found.
        """
        position = self._header_row(sheet)
        row = sheet.rows[position]
        if not self.count(row.cells) and any(map(_DATA.fullmatch, filter(None, row.cells))):
            raise UserError(ImportRefusal.HEADER_MISSING, line=row.line)
        names = self._with_groups(sheet, position)
        mapped = _mapped(names, self.pairs)
        assignment = _Assignment(self.table, names, mapped)
        assignment.assign()
        self._must_have(assignment.at, names)
        notes = list(assignment.notes)
        rows, merged = merged_cells.filled(sheet.rows[position + 1 :], sheet.merged, assignment.at, self.table)
        notes += [note(Remark.MERGED_FILLED, header=names[at] if at < len(names) else "") for at in merged]
        if position:
            notes.insert(0, note(Remark.HEADER_BELOW, line=row.line, above=position))
        labels = tuple(at for at, name in mapped.items() if name == LABEL)
        return Columns(
            names, assignment.at, assignment.further, tuple(assignment.uses), tuple(notes), row.line, labels, rows,
        )  # fmt: skip

    def _with_groups(self, sheet: Sheet, position: int) -> tuple[str, ...]:
        """The headers; one that says nothing alone is known by the group in the line above: `Contract`, `Start`."""
        names = tuple(undressed(cell) for cell in sheet.rows[position].cells)
        if not position or sheet.rows[position - 1].line != sheet.rows[position].line - 1:
            return names
        above = [undressed(cell) for cell in sheet.rows[position - 1].cells]
        mapped = {key(header) for header, _ in self.pairs}
        known, group, full = _ranks_of(self.table), "", []
        for at, name in enumerate(names):
            group = above[at] if at < len(above) and above[at] else group
            both = f"{group} {name}"
            alone = key(name) in mapped or any(variant.key in known for variant in headers.variants(name))
            full.append(both if name and group and not alone and key(both) in known else name)
        return tuple(full)

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether all that stands in this row are names of fields, and several of them."""
        known = _ranks_of(self.table)
        filled = [cell for cell in cells if cell]
        return len(filled) > 1 and all(
            any(variant.key in known for variant in headers.variants(cell)) for cell in filled
        )

    def _header_row(self, sheet: Sheet) -> int:
        """The row near the top that names most fields, the first of them; the very first row if none names any."""
        counts = [self.count(row.cells) for row in sheet.rows[:_HEADER_WITHIN]]
        best = max(counts)
        position = counts.index(best)
        if best == 1 and self._repeats_below(sheet, position):
            raise UserError(ImportRefusal.HEADER_MISSING, line=sheet.rows[position].line)
        return position

    def _repeats_below(self, sheet: Sheet, position: int) -> bool:
        """Whether the only word that looks like a header stands in the next row too: then both are data."""
        if position + 1 >= len(sheet.rows) or len(sheet.rows[position].cells) < 2:
            return False
        below = {key(cell) for cell in sheet.rows[position + 1].cells}
        return any(self.count((cell,)) and key(cell) in below for cell in sheet.rows[position].cells)

    def _must_have(self, at: Mapping[str, int], names: tuple[str, ...]) -> None:
        missing = [name for name in self.table.required if name not in at]
        if not missing and self.table.one_of and not any(name in at for name in self.table.one_of):
            missing = [self.table.one_of[0]]
        if not missing:
            return
        if missing[0] in ("account", "account_id"):
            raise UserError(ImportRefusal.ACCOUNT_COLUMN_MISSING)
        if self.table is READINGS and "value" in missing:
            self._must_not_be_wide(at, names)
        raise UserError(ImportRefusal.COLUMN_MISSING, name=missing[0], columns=names)

    def _must_not_be_wide(self, at: Mapping[str, int], names: tuple[str, ...]) -> None:
        """Refuse a table of figures with a column for each period or each metric by what to do about it."""
        periods = wide_tables.periods(names)
        metrics = wide_tables.metrics(names, at.values()) if "period_start" in at and "metric" not in at else []
        wide = periods or metrics
        if wide:
            what, more = "period" if periods else "metric", len(wide[_WIDE_NAMED:])
            raise UserError(ImportRefusal.READINGS_WIDE, what=what, columns=wide[:_WIDE_NAMED], more=more)


def _pair(text: str, table: FieldTable) -> tuple[str, str]:
    header, equals, name = text.rpartition("=")
    name = name.strip().lower().replace(" ", "_").replace("-", "_")
    if not equals or not header.strip():
        raise UserError(ImportRefusal.MAP_PAIR_UNREADABLE, pair=text)
    others = (LABEL, IGNORE) if table.labels else (IGNORE,)
    if name not in others and name not in table.fields:
        raise UserError(ImportRefusal.FIELD_UNKNOWN, name=name, fields=(*table.fields, *others))
    return header.strip(), name


def _mapped(names: tuple[str, ...], pairs: Iterable[tuple[str, str]]) -> dict[int, str]:
    mapped: dict[int, str] = {}
    for header, name in pairs:
        exact = [at for at, text in enumerate(names) if text == header]
        loose = exact or [at for at, text in enumerate(names) if key(text) == key(header)]
        if not loose:
            raise UserError(ImportRefusal.COLUMN_UNKNOWN, column=header, columns=names)
        if name in mapped.values() and name not in (IGNORE, LABEL):
            raise UserError(ImportRefusal.FIELD_MAPPED_TWICE, name=name)
        mapped[loose[0]] = name
    return mapped


@lru_cache(maxsize=16)
def _ranks_by_kind(kind: str) -> dict[str, list[tuple[str, int]]]:
    ranks: dict[str, list[tuple[str, int]]] = {}
    for name, synonyms in TABLES[kind].fields.items():
        for rank, synonym in enumerate((name, *synonyms)):
            ranks.setdefault(key(synonym), []).append((name, rank - 1))
    return ranks


def _ranks_of(table: FieldTable) -> dict[str, list[tuple[str, int]]]:
    """For each known header, the fields that it can be, with its place among their names."""
    return _ranks_by_kind(table.kind)


@dataclass(slots=True)
class _Assignment:
    """Gives each field its column: the better known name first, then the header that needs less trimming."""

    table: FieldTable
    headers: tuple[str, ...]
    mapped: Mapping[int, str]
    at: dict[str, int] = field(default_factory=dict)
    further: dict[str, tuple[int, ...]] = field(default_factory=dict)
    uses: list[ColumnUse] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    why: dict[int, Note] = field(default_factory=dict)

    def assign(self) -> None:
        for position, name in self.mapped.items():
            if name not in (IGNORE, LABEL):
                self.at[name] = position
                self.why[position] = note(Remark.BY_MAPPING)
        candidates = self._candidates()
        amounts = set(self.table.money.values())
        for name in self.table.fields:
            if name not in self.at and name not in amounts:
                self._take(name, candidates)
        for amount, currency in self.table.money.items():
            if currency not in self.at:
                self._take_currency(amount, currency, candidates)
        self._note_rivals(candidates)
        self.uses = [self._use(position) for position, header in enumerate(self.headers) if header]

    def _candidates(self) -> dict[str, list[tuple[int, int, int, Variant]]]:
        """For each field, the columns that it could be: place among its names, trimming, position."""
        ranks = _ranks_of(self.table)
        candidates: dict[str, list[tuple[int, int, int, Variant]]] = {}
        for position, header in enumerate(self.headers):
            if not header or position in self.mapped:
                continue
            best: dict[str, tuple[int, int, int, Variant]] = {}
            for trimming, variant in enumerate(headers.variants(header)):
                for name, rank in ranks.get(variant.key, ()):
                    rank += _NEAR if variant.why is Remark.BY_BRACKETS else 0
                    best[name] = min(best.get(name, (999, 0, 0, variant)), (rank, trimming, position, variant))
            for name, match in best.items():
                candidates.setdefault(name, []).append(match)
        return {name: sorted(matches, key=lambda match: match[:3]) for name, matches in candidates.items()}

    def _take(self, name: str, candidates: Mapping[str, list[tuple[int, int, int, Variant]]]) -> None:
        free = [match for match in candidates.get(name, ()) if match[2] not in self.why]
        if not free:
            return
        *_, position, variant = free[0]
        self.at[name] = position
        self.why[position] = note(variant.why)
        if name in self.table.row_by_row:
            further = tuple(match[2] for match in free[1 : _FALLBACKS + 1])
            self.further[name] = further
            self.why.update({at: note(Remark.BY_FALLBACK, header=self.headers[position]) for at in further})

    def _take_currency(
        self, amount: str, currency: str, candidates: Mapping[str, list[tuple[int, int, int, Variant]]]
    ) -> None:
        """An amount goes with its own currency column; with a general one where it has none."""
        if amount in self.at:
            own = headers.currency_headers(self.headers[self.at[amount]])
            for position, header in enumerate(self.headers):
                if key(header) in own and position not in self.why and position not in self.mapped:
                    self.at[currency] = position
                    self.why[position] = note(Remark.BY_PAIR, header=self.headers[self.at[amount]])
                    return
        general = [match for match in candidates.get(currency, ()) if match[3].why is not Remark.BY_BRACKETS]
        self._take(currency, {currency: general})

    def _note_rivals(self, candidates: Mapping[str, list[tuple[int, int, int, Variant]]]) -> None:
        for name, matches in candidates.items():
            rivals = [self.headers[match[2]] for match in matches if match[2] not in self.why]
            chosen = self.at.get(name)
            if chosen is None or not rivals or chosen in self.mapped:
                continue
            twins = [header for header in rivals if key(header) == key(self.headers[chosen])]
            if twins:
                self.notes.append(
                    note(Remark.HEADER_TWICE, header=self.headers[chosen], count=len(twins) + 1, at=chosen + 1)
                )
                rivals = [header for header in rivals if header not in twins]
            if rivals and (name in self.table.money or name in self.table.money.values()):
                facts = {"header": self.headers[chosen], "names": rivals}
                self.notes.append(note(Remark.HEADER_RIVALS, field=name, **facts))
        for amount in self.table.money:
            position = self.at.get(amount)
            if position is not None and self.why[position].remark is Remark.BY_BRACKETS:
                self.notes.append(note(Remark.HEADER_NEAR, field=amount, header=self.headers[position]))

    def _use(self, position: int) -> ColumnUse:
        header = self.headers[position]
        name = next((name for name, at in self.at.items() if at == position), None) or next(
            (name for name, further in self.further.items() if position in further), None
        )
        if name is not None:
            return ColumnUse(header, name, self.why[position])
        if self.mapped.get(position) == LABEL:
            return ColumnUse(header, LABEL, note(Remark.BY_LABEL))
        if position in self.mapped:
            return ColumnUse(header, None, note(Remark.UNUSED_TOLD))
        trap = next((why for text, why in self.table.traps.items() if key(text) == key(header)), None)
        if trap is not None:
            self.notes.append(note(trap, header=header))
            return ColumnUse(header, None, note(Remark.UNUSED_TRAP))
        ranks = _ranks_of(self.table)
        fields = [match[0] for variant in headers.variants(header) for match in ranks.get(variant.key, ())]
        rival = next((name for name in fields if name in self.at), None)
        if rival is not None:
            return ColumnUse(header, None, note(Remark.UNUSED_RIVAL, field=rival, header=self.headers[self.at[rival]]))
        return ColumnUse(header, None, note(Remark.UNUSED_UNKNOWN))
