"""Reads how a table writes the rhythm of a customer's meetings: `weekly`, `every 2 weeks`, `first Tuesday`, `10:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale

from bot.app.recurrence import WEEKDAYS
from bot.domain.enums import CadenceKind
from bot.domain.values.slugs import folded
from bot.features.imports.cells import is_empty, must_be_short
from bot.features.imports.remarks import Remark, Unreadable

_LONGEST = 90
LAST = -1
_LAST_DAY = 31
_REPEATS = {
    "weekly": (
        "weekly", "week", "once a week", "wochentlich", "jede woche", "hebdomadaire", "hebdo", "semaine",
        "toutes les semaines", "semanal", "semanalmente", "semana", "settimanale", "settimana", "wekelijks",
        "varje vecka", "hver uke", "hver uge", "cotygodniowo", "co tydzien", "еженедельно", "毎週", "每周", "매주",
    ),
    "fortnightly": (
        "biweekly", "bi weekly", "fortnightly", "fortnight", "every 2 weeks", "every two weeks", "2 weeks", "2 weekly",
        "every other week", "every second week", "every other", "alle 2 wochen", "alle zwei wochen",
        "zweiwochentlich", "14 taglich", "toutes les 2 semaines", "toutes les deux semaines", "quincenal",
        "cada 2 semanas", "cada dos semanas", "quinzenal", "cada duas semanas", "ogni 2 settimane",
        "ogni due settimane", "om de week", "tweewekelijks", "elke 2 weken", "varannan vecka", "annenhver uke",
        "hver anden uge", "co 2 tygodnie", "co dwa tygodnie", "раз в две недели", "隔週", "隔周", "每两周", "격주",
    ),
    "monthly": (
        "monthly", "month", "once a month", "monatlich", "jeden monat", "monats", "im monat", "mensuel", "mensuelle",
        "mois", "tous les mois", "mensual", "mensualmente", "mes", "mensal", "mensalmente", "mensile", "mese",
        "maandelijks", "maand", "varje manad", "hver maned", "miesiecznie", "co miesiac", "ежемесячно", "毎月",
        "每月", "매월",
    ),
    "quarterly": (
        "quarterly", "quarter", "once a quarter", "every 3 months", "every three months", "3 months",
        "vierteljahrlich", "quartalsweise", "quartal", "alle 3 monate", "alle drei monate", "trimestriel",
        "trimestrielle", "trimestre", "tous les 3 mois", "trimestral", "trimestralmente", "trimestrale",
        "per kwartaal", "kwartaal", "kvartalsvis", "kwartalnie", "ежеквартально", "四半期", "毎四半期", "每季度",
        "매분기", "분기",
    ),
}  # fmt: skip
_PLACES = {
    1: ("first", "1st", "erster", "erste", "ersten", "premier", "primer", "primo", "primeiro", "primeira", "eerste",
        "第1", "第一"),
    2: ("second", "2nd", "zweiter", "zweite", "zweiten", "deuxieme", "segundo", "secondo", "tweede",
        "第2", "第二"),
    3: ("third", "3rd", "dritter", "dritte", "dritten", "troisieme", "tercer", "terzo", "terceiro", "terceira",
        "derde", "第3", "第三"),
    4: ("fourth", "4th", "vierter", "vierte", "vierten", "quatrieme", "cuarto", "quarto", "vierde", "第4", "第四"),
    LAST: ("last", "letzter", "letzte", "letzten", "dernier", "ultimo", "ultima", "laatste", "最終"),
}  # fmt: skip
_KINDS = {
    CadenceKind.BUSINESS_REVIEW: (
        "qbr", "qbrs", "ebr", "ebrs", "business review", "executive business review", "executive review",
        "account review", "review",
    ),
    CadenceKind.ONBOARDING_CHECK: ("onboarding", "onboarding check", "onboarding call"),
    CadenceKind.RENEWAL_READOUT: ("renewal readout", "readout", "renewal review"),
    CadenceKind.WEEKLY_SYNC: ("weekly sync", "sync", "status call", "status meeting", "check in"),
}  # fmt: skip
_NOISE = (
    "every", "each", "on", "at", "a", "an", "the", "of", "in", "per", "once", "meeting", "meetings", "call", "calls",
    "sync", "syncs", "check", "check in", "and", "customer", "from", "um", "am", "jeden", "jede", "jedes", "im", "und",
    "uhr", "le", "la", "les", "du", "chaque", "tous", "toutes", "et", "cada", "el", "los", "las", "de", "del", "y",
    "do", "da", "dos", "das", "no", "na", "as", "e", "ogni", "il", "del", "alle", "op", "om", "elke", "van", "och",
    "varje", "hver", "og", "каждый", "каждую", "каждое", "в", "и", "每", "の", "に", "と", "的", "日",
)  # fmt: skip
_NO_SERIES = frozenset((
    "adhoc", "asneeded", "ondemand", "onrequest", "asrequired", "never", "nomeetings", "nomeeting", "nocadence",
    "notscheduled", "irregular", "beibedarf", "nachbedarf", "keine", "unregelmassig", "surdemande", "aucun", "aucune",
    "segunnecesidad", "ninguna", "ninguno", "sobdemanda", "nenhuma", "surichiesta", "nessuna", "opverzoek", "geen",
    "不定期", "なし", "无", "없음",
))  # fmt: skip
# Every second Tuesday is every other one for some, and the month's second for others.
_EITHER = ("every second", "every 2nd")
_HALF = r"(?P<half{0}>[ap])\.?m\.?(?!\w)"
_TIME = re.compile(
    rf"(?<![\d:.])(?P<hour>\d{{1,2}})\s?[:.h時点시]\s?(?P<minute>\d{{2}})(?:分|분)?(?::\d{{2}}(?:\.\d+)?)?(?![\d:])\s*"
    rf"(?:{_HALF.format('')})?|(?<![\d:.])(?P<full>\d{{1,2}})\s*(?:{_HALF.format('2')}|(?:uhr|h|o'?clock)(?!\w)|[時点시])"
)
_UNTIL = re.compile(r"\s*(?:-|–|—|to|bis|until|till)\s*")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.|er|º|ª|日)?(?!\w)")
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "hu", "tr", "ru",
              "uk", "id", "ja", "zh", "ko")  # fmt: skip
_ABBREVIATED = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_ZONES = {
    "America/New_York": ("est", "edt", "et", "eastern", "eastern time", "us eastern"),
    "America/Chicago": ("cst", "cdt", "ct", "central time", "us central"),
    "America/Denver": ("mst", "mdt", "mt", "mountain time", "us mountain"),
    "America/Los_Angeles": ("pst", "pdt", "pt", "pacific", "pacific time", "us pacific"),
    "Europe/London": ("bst", "uk", "uk time", "london"),
    "Europe/Berlin": ("cet", "cest", "mez", "mesz", "central european time", "berlin"),
    "Europe/Paris": ("paris",),
    "Europe/Helsinki": ("eet", "eest"),
    "Asia/Tokyo": ("jst", "tokyo"),
    "Asia/Singapore": ("sgt", "singapore"),
    "Australia/Sydney": ("aest", "aedt", "sydney"),
    "UTC": ("utc", "gmt", "z", "zulu"),
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What cells say of a series: `repeat` is a key of `recurrence.REPEATS`, `at` a wall-clock time `HH:MM`.

    `place` is the weekday's in its month, 1 to 4 or `LAST`; `month_day` a day of the month.
    """

    repeat: str | None = None
    weekdays: tuple[str, ...] = ()
    place: int | None = None
    month_day: int | None = None
    at: str | None = None
    kind: CadenceKind | None = None


def read(text: str) -> Rhythm | None:
    """The rhythm in one cell; None if it says that there is none. Raises `Unreadable`."""
    must_be_short(text, _LONGEST, "rhythm")
    bare = re.sub(r"[^\w:.'–—-]+", " ", folded(text)).strip()
    if is_empty(text) or re.sub(r"[\W_]+", "", bare) in _NO_SERIES:
        return None
    at, rest = _time(bare)
    said: dict[str, list[object]] = {}

    def take(match: re.Match[str]) -> str:
        for name, value in _meanings()[match.group()]:
            said.setdefault(name, []).append(value)
        return " "

    rest = _words().sub(take, re.sub(r"[._–—'-]+", " ", rest))
    days = [int(number) for number in _MONTH_DAY.findall(rest)]
    rest = _MONTH_DAY.sub(" ", rest)
    repeats, places = said.get("repeat", []), said.get("place", [])
    if rest.strip() or "either" in said or len(set(repeats)) > 1 or len(places) + len(days) > 1:
        raise Unreadable(Remark.SERIES_UNREADABLE)
    return _rhythm(said, places, days, at)


def time_of(text: str) -> str | None:
    """The wall-clock time in a cell that may hold a day as well; None if it names none, or only midnight of a day."""
    bare = folded(text)
    if re.fullmatch(r"0[.,]\d+", bare):  # a spreadsheet keeps a time as its share of a day
        minutes = round(float(bare.replace(",", ".")) * 24 * 60)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    match = next((match for match in _TIME.finditer(bare.replace("t", " ")) if _clock(match)), None)
    at = _clock(match) if match else None
    return None if at == "00:00" else at


def zone_of(text: str, zones: frozenset[str]) -> str:
    """The IANA time zone, one of `zones`, that a cell names; raises `Unreadable`."""
    must_be_short(text, _LONGEST, "zone")
    name = re.sub(r"^\((?:UTC|GMT)[^)]*\)\s*|\s*\([^)]*\)$", "", text.strip())
    plain = folded(name)
    for zone, words in _ZONES.items():
        if plain in words:
            return zone
    wanted = plain.replace(" ", "_")
    exact = next((zone for zone in zones if "/" in zone and zone.lower() == wanted), None)
    if exact is None:
        raise Unreadable(Remark.SERIES_ZONE_UNREADABLE)
    return exact


def _rhythm(said: dict[str, list[object]], places: list[object], days: list[int], at: str | None) -> Rhythm:
    weekdays = tuple(day for day in WEEKDAYS if day in said.get("weekday", []))
    kind = next((value for value in said.get("kind", []) if isinstance(value, CadenceKind)), None)
    repeat = next((str(value) for value in said.get("repeat", [])), None)
    place = next((value for value in places if isinstance(value, int)), None)
    month_day = days[0] if days else None
    if place is not None and not weekdays:
        place, month_day = None, _LAST_DAY if place == LAST else place
    if month_day is not None and (weekdays or not 1 <= month_day <= _LAST_DAY):
        raise Unreadable(Remark.SERIES_UNREADABLE)
    if place is not None or month_day is not None:
        if repeat not in (None, "monthly") or len(weekdays) > 1:
            raise Unreadable(Remark.SERIES_UNREADABLE)
        repeat = "monthly"
    if "kind_quarterly" in said and repeat is None:
        repeat = "quarterly"
    return Rhythm(repeat, weekdays, place, month_day, at, kind)


def _time(bare: str) -> tuple[str | None, str]:
    """The one time of a text, or the first of a span, and the text without it."""
    matches = [match for match in _TIME.finditer(bare) if _clock(match)]
    if not matches:
        return None, bare
    first, last = matches[0], matches[-1]
    if len(matches) > 2 or (len(matches) == 2 and not _UNTIL.fullmatch(bare[first.end() : last.start()])):
        raise Unreadable(Remark.SERIES_UNREADABLE)
    return _clock(first), f"{bare[: first.start()]} {bare[last.end() :]}"


def _clock(match: re.Match[str]) -> str | None:
    hour, minute = int(match["hour"] or match["full"]), int(match["minute"] or 0)
    half = match["half"] or match["half2"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


@cache
def _meanings() -> dict[str, list[tuple[str, object]]]:
    """What each known word or group of words says."""
    meanings: dict[str, list[tuple[str, object]]] = {word: [] for word in _NOISE}
    for word, day in _weekdays().items():
        meanings[word] = [("weekday", WEEKDAYS[day])]
    for table, name in ((_PLACES, "place"), (_KINDS, "kind"), (_REPEATS, "repeat")):
        for value, words in table.items():
            meanings.update({word: [(name, value)] for word in words})
    meanings.update({word: [("either", True)] for word in _EITHER})
    meanings["weekly sync"] = [("repeat", "weekly"), ("kind", CadenceKind.WEEKLY_SYNC)]
    for word in ("qbr", "qbrs"):
        meanings[word] = [("kind", CadenceKind.BUSINESS_REVIEW), ("kind_quarterly", True)]
    return meanings


@cache
def _words() -> re.Pattern[str]:
    def bounded(word: str) -> str:
        # Japanese, Chinese and Korean put no spaces between words.
        return re.escape(word) if word[0] > "\u2fff" else rf"(?<!\w){re.escape(word)}(?!\w)"

    return re.compile("|".join(bounded(word) for word in sorted(_meanings(), key=len, reverse=True)))


@cache
def _weekdays() -> dict[str, int]:
    """Names of weekdays by `babel`, Monday 0; those that mean two days in two languages are left out."""
    meanings: dict[str, set[int]] = {word: {day} for word, day in _ABBREVIATED.items()}
    for language in _LANGUAGES:
        days = Locale.parse(language).days
        for width in ("wide", "abbreviated"):
            for number, name in days["stand-alone"][width].items():
                word = folded(name).rstrip(".")
                if width == "wide" or (len(word) > 2 and word.isascii()) or language == "zh":
                    bare = word.removesuffix("-feira") if "-feira" in word else word
                    bare = bare.removesuffix("日") if "曜" in bare else bare
                    for form in (word, f"{word}s", bare, f"{bare}s"):
                        meanings.setdefault(form.replace("-", " "), set()).add(number)
    return {word: numbers.pop() for word, numbers in meanings.items() if len(numbers) == 1}
