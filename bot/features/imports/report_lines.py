"""Tells the rows of a table from the other lines of a report: totals, group headings, footers, headers again.

A line is left out by its words, or because only footers have its shape: one cell of text, after the last empty line.
Whatever is left out is quoted in the report, so that nobody misses an account that is called like a footer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.domain.values.slugs import folded
from bot.features.imports.column_mapping import Columns, recogniser
from bot.features.imports.dressing import undressed
from bot.features.imports.fields import FieldTable
from bot.features.imports.file_reader import Row
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import BadRow

_QUOTED = 200
_LONGEST_TOTAL = 80
_TOTAL_WORDS = frozenset(map(folded, (
    "total", "totals", "grand total", "grand totals", "sub total", "sub totals", "subtotal", "subtotals", "sum", "sums",
    "count", "record count", "row count", "average", "avg", "min", "max", "overall", "overall total", "report total",
    "total records", "total rows", "total accounts", "total count", "total arr", "total amount", "number of records",
    "gesamt", "gesamtsumme", "gesamtergebnis", "gesamtzahl", "summe", "zwischensumme", "teilergebnis", "anzahl",
    "durchschnitt", "insgesamt", "total general", "total generale", "sous total", "somme", "nombre", "moyenne",
    "suma", "suma total", "total parcial", "recuento", "promedio", "subtotal general", "soma", "total geral",
    "contagem", "totale", "totale complessivo", "subtotale", "somma", "conteggio", "totaal", "eindtotaal", "subtotaal",
    "som", "aantal", "razem", "suma koncowa", "suma czesciowa", "celkem", "mezisoucet", "osszesen", "vegosszeg",
    "yhteensa", "summa", "totalt", "totalsumma", "i alt", "sum total", "toplam", "genel toplam", "ara toplam",
    "итого", "всего", "общий итог", "промежуточный итог", "сумма", "количество", "разом", "συνολο", "γενικο συνολο",
    "合計", "総計", "小計", "総合計", "件数", "平均", "总计", "合计", "小计", "總計", "合計金額", "계", "합계", "총계",
    "소계",
    "المجموع", "الإجمالي", "الاجمالي", "סהכ", 'סה"כ',
)))  # fmt: skip
_TOTAL = re.compile(
    r"(?P<words>.+?)\s*(?:[(\[]\s*[\d.,\s]+(?:\s*[^\W\d]+)?\s*[)\]])?\s*(?:[:：=]\s*[\d.,\s]*)?[.:：]?\s*[\d.,]*"
)
_TOTAL_WORD = r"(?:sub-?total|total|ergebnis|gesamt|summe|итог|総計|合計|集計)"
_TOTAL_OF = re.compile(
    rf"(?P<before>.{{1,200}}?)\s*{_TOTAL_WORD}|{_TOTAL_WORD}\s+(?P<behind>.{{1,200}})", re.IGNORECASE
)
_GROUP = re.compile(r"[^:]{1,80}:\s.*[(\[]\s*[\d.,]+\s+\w+\s*[)\]]")
_FOOTER = re.compile(
    r"copyright\s*(?:\(c\)|©|\d{4})|^\s*(?:©|\(c\)\s)|all rights reserved|alle rechte vorbehalten|tous droits reserves|"
    r"todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati|"
    r"^confidential(?:ity)?(?:\s+information|\s+and\s|\s*[-–—:]|\s*$)|do not distribute|"
    r"internal use only|^vertraulich\b|^confidentiel\b|^confidencial\b|"
    r"^(?:report\s+)?(?:generated|exported|printed|created|run|prepared|downloaded)\s*(?:by|on|at|from)?\s*:|"
    r"^(?:report\s+)?(?:generated|exported|printed|prepared|downloaded)\s+(?:by|on|at|from)\b.*\d|"
    r"^(?:erstellt|exportiert)\s+(?:von|am)\b|^(?:genere|exporte)\s+(?:par|le)\b|"
    r"^as of\b.*\d|^filtered by\b|^filters?\s*:|^sorted by\b|^page \d+(?:\s*(?:of|/)\s*\d+)?$|^seite \d+|"
    r"^(?:showing\s+)?[\d.,]+\s+(?:records?|rows?|accounts?|results?|entries|items|datensatze|enregistrements|registros)(?:\s.*)?$|"
    r"^(?:total\s+)?(?:records?|rows?|results?)\s*(?:count)?\s*[:=]\s*[\d.,]*$|^showing \d|"
    r"^end of (?:report|file|data)|^\*+\s*end|^-{3,}|^={3,}|"
    r"^source\s*:|^note\s*:|^disclaimer\b|^report\s+(?:id|name|url)\s*:",
)
_ARROWS = re.compile(r"[↑↓▲▼⬆⬇]")


def rows_of(columns: Columns, table: FieldTable, *, cut_off: bool) -> tuple[Columns, list[BadRow], list[Note]]:
    """The columns with the rows that are rows of the table, the lines that are none, and what was filled in.

    `cut_off` says that the last line has no end: it is left out if it also has fewer cells than all others.
    """
    shape = _Shape(columns, table)
    reasons = {row.line: reason for row in columns.rows if (reason := shape.reason(row))}
    reasons |= {line: note(Remark.LINE_FOOTER) for line in shape.footer_block(reasons)}
    rows = tuple(row for row in columns.rows if row.line not in reasons)
    if cut_off and rows and shape.ends_early(rows):
        reasons[rows[-1].line] = note(Remark.FILE_CUT_OFF)
        rows = rows[:-1]
    left_out = [
        BadRow(row.line, None, None, reasons[row.line], quoted(row)) for row in columns.rows if row.line in reasons
    ]
    filled, notes = shape.filled_down(rows, {line for line, why in reasons.items() if why.remark is Remark.LINE_TOTAL})
    return replace(columns, rows=filled), left_out, notes


def quoted(row: Row) -> str:
    """A line for the report: its cells that are not empty, as far as they are short."""
    return ", ".join(text for cell in row.cells if (text := undressed(cell)))[:_QUOTED]


class _Shape:
    """What the rows of this table look like."""

    def __init__(self, columns: Columns, table: FieldTable) -> None:
        self.columns = columns
        self.width = len(columns.headers)
        self.headers = {header.casefold() for header in columns.headers if header}
        self.ids = [columns.at[name] for name in table.ids if name in columns]
        naming = {"owner", "owner_email", "deputy", "status", "tier", *table.days, *table.people}
        self.telling = [at for name, at in columns.at.items() if name in naming]
        self.names = [columns.at[name] for name in ("name", "account", *table.required) if name in columns]
        self.recogniser = recogniser(table)
        self.values: dict[int, set[str]] = {}
        self.grouped = [
            at for at, header in enumerate(columns.headers) if header and self.names and at < min(self.names)
        ]

    def reason(self, row: Row) -> Note | None:
        """Why this line is no row of the table; None for one that is."""
        filled = [(at, undressed(cell)) for at, cell in enumerate(row.cells) if cell]
        filled = [(at, text) for at, text in filled if text]
        if not filled:
            return note(Remark.LINE_FOOTER)
        first_at, first = filled[0]
        if first.casefold() in self.headers and self._is_header(filled):
            return note(Remark.LINE_HEADER)
        if row is self.columns.rows[0] and len(filled) * 2 > self.width and self.recogniser.is_header(row.cells):
            return note(Remark.LINE_HEADER)  # the names that the program has for the columns
        if self._identified(row, first_at):
            return None
        naming = [(at, text) for at, text in filled if at == first_at or at in self.names]
        if any(self._is_total(text) or self._is_total_of(at, text) for at, text in naming):
            return note(Remark.LINE_TOTAL)
        first = first[:_QUOTED]
        if len(filled) == 1 and self.width > 1 and _GROUP.fullmatch(first):
            return note(Remark.LINE_GROUP)
        if len(filled) <= 2 and _FOOTER.search(folded(first)):
            return note(Remark.LINE_FOOTER)
        return None

    def _is_header(self, filled: list[tuple[int, str]]) -> bool:
        """Whether these cells are headers, and most of them: two exports were put one behind the other."""
        names = {text.casefold() for _, text in filled}
        return len(names) > 1 and names <= self.headers and len(names) * 2 > len(self.headers)

    def footer_block(self, reasons: dict[int, Note]) -> Iterator[int]:
        """The lines after the last empty ones that have one cell of text, where rows have several."""
        rows = self.columns.rows
        singles = [sum(map(bool, row.cells)) == 1 for row in rows]
        block: list[Row] = []
        for position in range(len(rows) - 1, -1, -1):
            row = rows[position]
            if not singles[position] and row.line not in reasons:
                return
            block.append(row)
            if row.after_blank:
                is_footer = any(line.line in reasons for line in block) or all(len(line.cells) == 1 for line in block)
                body = [
                    single for single, above in zip(singles, rows[:position], strict=False) if above.line not in reasons
                ]
                if self.width < 2 or not is_footer or sum(body) * 2 > len(body):
                    return
                yield from (line.line for line in block if line.line not in reasons)
                block = []

    def ends_early(self, rows: tuple[Row, ...]) -> bool:
        """Whether the last row has fewer cells than every other one and than the header."""
        *others, last = rows
        least = min((len(row.cells) for row in others), default=self.width)
        return len(last.cells) < min(least, self.width)

    def filled_down(self, rows: tuple[Row, ...], totals: set[int]) -> tuple[tuple[Row, ...], list[Note]]:
        """The rows of a grouped report with the group's value in each, where it stands in the first one only."""
        sorted_columns = [at for at in self.grouped if totals or _ARROWS.search(self.columns.headers[at])]
        filled = [
            at for at in sorted_columns if rows and _cell(rows[0], at) and any(not _cell(row, at) for row in rows)
        ]
        filled = [at for at in filled if at not in self.ids]
        if not filled or not totals:
            return rows, []
        result: list[Row] = []
        above: dict[int, str] = {}
        for row in rows:
            cells = list(row.cells)
            for at in filled:
                if at < len(cells) and cells[at]:
                    above[at] = cells[at]
                elif at < len(cells):
                    cells[at] = above.get(at, "")
            result.append(replace(row, cells=tuple(cells)))
        return tuple(result), [note(Remark.BLANK_CELLS_FILLED, header=self.columns.headers[at]) for at in filled]

    def _identified(self, row: Row, first_at: int) -> bool:
        """Whether something in this row says that it is about one record: its id, or its owner and dates."""
        if any(_cell(row, at) for at in self.ids if at != first_at):
            return True
        if first_at in self.ids and any(_cell(row, at) for at in self.names):
            text = undressed(_cell(row, first_at))
            return not self._is_total(text)
        return any(_cell(row, at) for at in self.telling if at != first_at)

    def _is_total_of(self, at: int, text: str) -> bool:
        """Whether this is the total of a value that stands in other lines of its column: `EMEA Total`."""
        match = _TOTAL_OF.fullmatch(text)
        if match is None:
            return False
        if at not in self.values:
            self.values[at] = {folded(undressed(_cell(row, at))) for row in self.columns.rows}
        return folded(match["before"] or match["behind"]) in self.values[at]

    @staticmethod
    def _is_total(text: str) -> bool:
        if len(text) > _LONGEST_TOTAL:
            return False
        words = " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())
        if words in _TOTAL_WORDS or folded(text) in _TOTAL_WORDS:
            return True
        match = _TOTAL.fullmatch(folded(text))
        return match is not None and " ".join(re.sub(r"[\W_]+", " ", match["words"]).split()) in _TOTAL_WORDS


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""
