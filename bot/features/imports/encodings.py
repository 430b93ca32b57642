"""Decodes the bytes of a table. Unicode is certain; anything else is guessed by the file's words, and told.

`charset_normalizer` judges how noisy each candidate makes the text. Tables hold few words, and those are names, so its
verdict alone is a toss-up: what decides first is whether the words that are not ASCII could be names at all.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from charset_normalizer import from_bytes
from charset_normalizer.constant import FREQUENCIES

from bot.app.actor import UserError
from bot.features.imports.refusals import ImportRefusal

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_WESTERN = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüªº", "àáâãçéêíóôõúü", "àèéìíîòóùú", "áäåæéöø", "áéëèïíóöüú", "áæéíðóöúýþ",
    "àçéèíïóòúü",
)  # fmt: skip
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß")
_TURKISH = ("çğıöşüâîû", "äöüß")
_BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")
# The candidates, the likeliest first, each with the alphabets that are written in it; None where a script tells.
_CANDIDATES: dict[str, tuple[str, ...] | None] = {
    "cp1252": _WESTERN, "iso8859_15": _WESTERN, "cp1250": _CENTRAL, "iso8859_2": _CENTRAL, "cp1251": None,
    "cp932": None, "gb18030": None,
    "cp1254": _TURKISH, "cp1253": None, "cp949": None, "big5": None, "euc_jp": None, "mac_roman": _WESTERN,
    "koi8_r": None, "cp1255": None, "cp1256": None, "cp874": None, "cp1257": _BALTIC, "cp850": _WESTERN,
    "mac_latin2": _CENTRAL, "mac_cyrillic": None, "cp866": None, "iso8859_5": None,
}  # fmt: skip
# What a person would call it, and what contains its characters by the same bytes.
_NARROWER = {
    "iso8859_15": "iso-8859-15",
    "cp932": "shift_jis",
    "gb18030": "gbk",
    "iso8859_2": "iso-8859-2",
    "koi8_r": "koi8-r",
    "euc_jp": "euc-jp",
}
_BACKSLASH = {"shift_jis": "¥", "cp932": "¥", "cp949": "₩", "euc_kr": "₩"}
_USUAL_MARKS = frozenset("“”‘’‚„–—…°™®©€£·•«»№¿¡ºª、。・ー〜「」（）【】々〆㈱")
_MARKS_IN_WORDS = frozenset("’®™ºª・ー々〆。、）」】")
_COMPANY_WORDS = (
    "株式会社", "有限会社", "会社", "商事", "公司", "有限", "科技", "주식회사", "전자", "ООО", "ЗАО", "ОАО", "АО ",
    "Α.Ε.",
)  # fmt: skip
_BETWEEN_WORDS = re.compile(r"[\s,;|\"'/().:&+-]+")
_MOST_WORDS = 400
_SAMPLE = 20_000
_IMPOSSIBLE = 1e9
_LESS_LIKELY = 0.02
_KNOWN_HEADER = 3
_HEADER_WITHIN = 12
_MOSTLY = 0.6
_LETTERS = {
    "CYRILLIC": FREQUENCIES["Russian"], "HEBREW": FREQUENCIES["Hebrew"], "GREEK": FREQUENCIES["Greek"],
    "ARABIC": FREQUENCIES["Arabic"], "THAI": FREQUENCIES["Thai"],
}  # fmt: skip

Recognised = Callable[[Sequence[str]], int]
"""How many fields a row of cells would name if it were the header."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in, how many characters were damaged, and whether the encoding was guessed."""

    text: str
    encoding: str
    damaged: int = 0
    guessed: bool = False


def decoded(data: bytes, encoding: str | None, recognised: Recognised = lambda cells: 0) -> Decoded:
    """The text of `data`, in `encoding` if one is named; raises `UserError` if that cannot be right.

    `recognised` tells how many fields a row of cells names: of two readings the one with a known header is right.
    """
    if encoding:
        return _with_signs(_named(data, encoding))
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return _replaced(data, codec, name)
    half = max(len(data) // 2, 1)
    if data[1::2].count(0) > half * 0.4:
        return _replaced(data, "utf-16-le", "utf-16")
    if data[::2].count(0) > half * 0.4:
        return _replaced(data, "utf-16-be", "utf-16")
    utf8 = _replaced(data, "utf-8", "utf-8")
    beyond_ascii = sum(char > "\x7f" for char in utf8.text) - utf8.damaged if utf8.damaged else 0
    # A few bad bytes among good UTF-8 are damage; without good UTF-8 it is an export of an older program.
    return _with_signs(_guessed(data, recognised)) if utf8.damaged * 10 > beyond_ascii else utf8


def _named(data: bytes, encoding: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding)
        text = data.decode("utf-8-sig" if codec.name == "utf-8" else encoding)
        return Decoded(text, encoding)
    except (LookupError, AttributeError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise UserError(ImportRefusal.ENCODING_WRONG, encoding=encoding, position=error.start) from None
        raise UserError(ImportRefusal.ENCODING_UNKNOWN, encoding=encoding) from None


def _replaced(data: bytes, codec: str, name: str) -> Decoded:
    text = data.decode(codec, "replace")
    return Decoded(text, name, text.count("\ufffd"))


def _with_signs(decoded: Decoded) -> Decoded:
    """The text with the yen and won signs that Japanese and Korean fonts draw for a backslash before a figure."""
    sign = _BACKSLASH.get(codecs.lookup(decoded.encoding).name)
    return decoded if sign is None else replace(decoded, text=re.sub(r"\\(?=\d)", sign, decoded.text))


def _guessed(data: bytes, recognised: Recognised) -> Decoded:
    """The most plausible reading. What fits no candidate is read as cp1252 with the damage counted."""
    sample = _telling_lines(data)
    noise = {match.encoding: match.chaos for match in from_bytes(
        sample, cp_isolation=list(_CANDIDATES), threshold=1.0, preemptive_behaviour=False, enable_fallback=False
    )}  # fmt: skip
    penalties = {
        codec: _implausibility(sample, codec, alphabets) + noise.get(codec, 0.3) + rank * _LESS_LIKELY
        for rank, (codec, alphabets) in enumerate(_CANDIDATES.items())
    }
    likely = min(penalties.values()) + _KNOWN_HEADER * 3
    for codec in [codec for codec, penalty in penalties.items() if penalty <= likely]:
        penalties[codec] -= _KNOWN_HEADER * _fields_named(data, codec, recognised)
    for codec in sorted(penalties, key=penalties.__getitem__):
        if penalties[codec] >= _IMPOSSIBLE:
            break
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return Decoded(text, _called(data, codec, text), guessed=True)
    text = data.decode("cp1252", "replace")
    return Decoded(text, "cp1252", text.count("\ufffd"), guessed=True)


def _fields_named(data: bytes, codec: str, recognised: Recognised) -> int:
    """How many fields the best of the first lines names that are not ASCII, if they are read so."""
    lines = [line for line in data[:_SAMPLE].splitlines()[:_HEADER_WITHIN] if not line.isascii()]
    texts = (line.decode(codec, "replace") for line in lines)
    rows = ([cell.strip(' "') for cell in text.split(mark)] for text in texts for mark in ",;\t|" if mark in text)
    return max((recognised([cell for cell in cells if not cell.isascii()]) for cells in rows), default=0)


def _called(data: bytes, codec: str, text: str) -> str:
    """The encoding's name: the most usual of those that give this text, and the narrowest that holds it."""
    for name in ("cp1252", "mac_roman", _NARROWER.get(codec, codec)):
        if data.decode(name, "replace") == text:
            return name
    return codec


def _telling_lines(data: bytes) -> bytes:
    """The lines with bytes beyond ASCII, as many as are needed to judge."""
    lines: list[bytes] = []
    length = 0
    for line in data.splitlines():
        if not line.isascii():
            # A cut must not halve a character, whose first byte is not ASCII.
            lines.append(line if len(line) <= _SAMPLE else line[:_SAMPLE].rstrip(bytes(range(128, 256))))
            length += len(lines[-1])
            if length > _SAMPLE:
                break
    return b"\n".join(lines)


def _implausibility(sample: bytes, codec: str, alphabets: tuple[str, ...] | None) -> float:
    """How little the words beyond ASCII look like names when read so; huge when the bytes do not fit at all."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return _IMPOSSIBLE
    words = [word for word in dict.fromkeys(_BETWEEN_WORDS.split(text)) if not word.isascii()][:_MOST_WORDS]
    if any(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for word in words for char in word):
        return _IMPOSSIBLE
    penalty = sum(map(_oddness, words)) + _unusual_characters(text, codec) + _rare_letters(words)
    if alphabets is not None:
        penalty += _outside_alphabets(words, alphabets)
    penalty -= 2 * sum(word in text for word in _COMPANY_WORDS)
    return penalty / max(len(words), 1) * 3


def _oddness(word: str) -> float:
    """Signs among letters, scripts mixed in one word, capitals after small letters."""
    penalty = 0.0
    letters = [char for char in word if char.isalpha()]
    for char in word:
        if char > "\x7f" and unicodedata.category(char)[0] in "SPNZ" and char not in _USUAL_MARKS:
            penalty += 2 if letters else 1
    scripts = {_script(char) for char in letters}
    if len(scripts - {"HAN"}) > 1:
        penalty += 3
    accents = sum(char > "\x7f" for char in letters)
    if scripts == {"LATIN"} and accents > 2 and accents > len(letters) * _MOSTLY:
        penalty += 2
    for before, after in pairwise(word):
        if before.islower() and after.isupper() and (before > "\x7f" or after > "\x7f"):
            penalty += 2
        if before.isalpha() and after in _USUAL_MARKS and after not in _MARKS_IN_WORDS:
            penalty += 0.5
    return penalty


def _rare_letters(words: Iterable[str]) -> float:
    """How rare the letters of other alphabets are in the language that is mostly written in them; 0 to 2."""
    ranks = [
        (order.index(char) if char in order else len(order)) / len(order)
        for word in words
        for char in word.lower()
        if char > "\x7f" and (order := _LETTERS.get(_script(char)))
    ]
    return 2 * sum(ranks) / len(ranks) if ranks else 0


def _script(char: str) -> str:
    """The script of a letter, with the East Asian ones and ASCII beside them as one: they stand together in names."""
    if char < "\x80":
        return "LATIN"
    name = unicodedata.name(char, "").partition(" ")[0]
    return "HAN" if name in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "IDEOGRAPHIC") else name


def _outside_alphabets(words: Iterable[str], alphabets: tuple[str, ...]) -> float:
    """How many words no single language could hold, counted for the language that fits best; strays weigh double."""
    accents = [{char for char in word.lower() if char > "\x7f" and char.isalpha()} for word in words]
    strays = sum(not any(letters <= set(alphabet) for alphabet in alphabets) for letters in accents)
    best = min(sum(not letters <= set(alphabet) for letters in accents) for alphabet in alphabets)
    return 2 * strays + 0.2 * best


def _unusual_characters(text: str, codec: str) -> float:
    """Rare characters of the East Asian encodings: half-width kana, second-level ideographs, kana in Chinese."""
    penalty = 0.0
    for char in text:
        if char < "\u2e80":
            continue
        if "\uff61" <= char <= "\uff9f":
            penalty += 1
        elif codec == "cp949":
            penalty += 0 if _fits(char, "euc_kr") and "\uac00" <= char <= "\ud7a3" else 1
        elif codec in ("gb18030", "big5"):
            kana = "\u3040" <= char <= "\u30ff"
            penalty += 1 if kana else 0 if _is_first_level(char, codec) else 0.7
        elif codec in ("cp932", "euc_jp") and "\u3400" <= char <= "\u9fff":
            penalty += 0 if _is_first_level(char, codec) else 0.7
    return penalty


def _fits(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


_FIRST_LEVEL = {"cp932": ("shift_jis", 0x88, 0x98), "euc_jp": ("euc_jp", 0xB0, 0xCF), "gb18030": ("gb2312", 0xB0, 0xD7),
                "big5": ("big5", 0xA4, 0xC6)}  # fmt: skip


def _is_first_level(char: str, codec: str) -> bool:
    """Whether this is one of the common characters, which the standards put first."""
    narrow, low, high = _FIRST_LEVEL[codec]
    try:
        return low <= char.encode(narrow)[0] <= high
    except UnicodeEncodeError:
        return False
