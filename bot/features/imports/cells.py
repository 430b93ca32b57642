"""Reads single cells: empty ones, and the words that CRMs use for status and tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus, Tier
from bot.domain.values.slugs import folded
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Remark, Unreadable

_EMPTY = frozenset(
    ("", "-", "--", "---", "–", "—", "n/a", "na", "n.a.", "n.a", "#n/a", "#value!", "#ref!", "#name?", "#div/0!",
     "#null!",
     "none", "--none--", "-none-", "null", "<null>", "nil", "nan", "nat", "(blank)", "(empty)", "[blank]", "[empty]",
     "blank", "(no value)", "no value", "(none)", "(null)", "undefined", "unknown", "(unknown)", "unassigned",
     "(unassigned)", "not set", "not available", "not applicable", "tbd", "t.b.d.", "?", "??", ".", "0000-00-00",
     "00/00/0000", "00.00.0000", "k.a.", "k. a.", "s/o", "s.o.", "s/d", "nd", "n.d.")
)  # fmt: skip

_FORMER = (
    "former", "former customer", "former client", "ex customer", "ex client", "past customer", "past client",
    "previous customer", "lost customer", "churned customer", "inactive customer", "cancelled customer",
    "canceled customer", "customer churned", "customer lost", "churned", "churn", "lost", "cancelled", "canceled",
    "inactive", "terminated", "expired", "closed lost", "deactivated", "dormant", "ended", "not renewed",
    "non renewed", "nonrenewed", "offboarded", "closed", "archived", "defunct", "alumni", "left",
    "ehemalig", "ehemaliger kunde", "ehemalige kundin", "exkunde", "ex kunde", "altkunde", "gekundigt", "abgewandert",
    "inaktiv", "verloren", "beendet", "ausgelaufen",
    "ancien client", "ex client", "perdu", "resilie", "inactif", "annule", "termine", "client perdu",
    "antiguo cliente", "ex cliente", "excliente", "cliente perdido", "perdido", "inactivo", "cancelado", "baja",
    "ex client", "cliente inativo", "inativo", "antigo cliente", "encerrado",
    "vecchio cliente", "cliente perso", "perso", "inattivo", "cessato", "disdetto", "annullato",
    "voormalig", "voormalige klant", "oud klant", "ex klant", "opgezegd", "inactief", "beeindigd",
    "tidigare kund", "tidligere kunde", "entinen asiakas", "byly klient", "byvaly zakaznik", "eski musteri",
    "ehem kunde", "ehemalige kunden", "former account", "past account", "lost account",
    "解約", "解約済", "解約済み", "元顧客", "退会", "休眠", "失効", "流失", "已流失", "前客户", "已终止",
    "이탈", "해지", "бывший", "бывший клиент", "ушел", "расторгнут", "закрыт", "потерян", "отток", "неактивен",
    "неактивный",
)  # fmt: skip
_CUSTOMER = (
    "customer", "active customer", "current customer", "existing customer", "paying customer", "live customer",
    "new customer", "customer active", "existing business", "customer direct", "customer channel", "client",
    "active client", "current client", "existing client", "won", "closed won", "renewed", "paying", "paid",
    "subscribed", "at risk", "onboarding", "implementing", "implementation", "adopting", "healthy", "renewing",
    "up for renewal", "renewal at risk", "in renewal", "in progress", "to renew", "to upsell", "upsell",
    "active paying", "active at risk", "active healthy", "active renewing", "active onboarding", "installed",
    "contracted", "under contract", "signed", "evangelist", "advocate", "champion",
    "kunde", "kundin", "bestandskunde", "aktiver kunde", "neukunde", "client actif", "client existant", "cliente",
    "cliente activo", "cliente ativo", "cliente attivo", "cliente actual", "cliente atual", "klant", "actieve klant",
    "bestaande klant", "kund", "befintlig kund", "aktiv kund", "asiakas", "klient", "zakaznik", "musteri", "ugyfel",
    "顧客", "契約中", "取引先", "既存顧客", "取引中", "利用中", "客户", "现有客户", "고객", "клиент",
    "действующий клиент",
)  # fmt: skip
# A record that is active need not be a customer: another column may say that it is none.
_ACTIVE = (
    "active", "live", "open", "current", "existing", "enabled", "true", "yes", "aktiv", "aktuell", "actif", "activo",
    "ativo", "attivo", "actief", "aktywny", "aktivni", "aktiivinen", "aktif", "活跃", "有効", "アクティブ", "활성",
    "активен", "активный", "действующий",
)  # fmt: skip
_NO_CUSTOMER = (
    "prospect", "prospective customer", "potential customer", "target account", "lead", "new lead", "open lead",
    "opportunity", "salesqualifiedlead", "sales qualified lead", "sql", "marketingqualifiedlead",
    "marketing qualified lead", "mql", "qualified", "unqualified", "subscriber", "suspect", "contacted", "nurture",
    "nurturing", "negotiation", "proposal", "pipeline", "evaluation",
    "other", "partner", "channel partner", "channel partner reseller", "technology partner", "installation partner",
    "competitor", "investor", "vendor", "supplier", "analyst", "press", "integrator", "reseller", "distributor",
    "target", "evaluating", "in trial", "on trial", "quotation", "non customer", "not a customer", "no customer",
    "not yet a customer", "trial", "trialing", "free trial", "free", "freemium", "demo", "poc", "pending", "test",
    "internal", "disqualified", "interessent", "interessentin", "potenzieller kunde", "neuinteressent",
    "prospecto", "potencial", "cliente potencial", "oportunidad", "oportunidade", "potenziale", "cliente potenziale",
    "opportunita", "client potentiel", "piste", "opportunite", "potentiele klant", "partenaire", "lieferant",
    "konkurrent", "wettbewerber", "fornecedor", "proveedor", "fournisseur", "fornitore",
    "見込み", "見込み客", "見込客", "リード", "潜在客户", "线索", "商机", "잠재고객", "потенциальный клиент", "лид",
    "партнер",
)  # fmt: skip

_NETSUITE_STAGES = frozenset(("customer", "prospect", "lead"))
_LONGEST_WORD = 200
_PARTS = re.compile(r"\s+[-–—]+\s+|\s*[/:|;>]\s*")


def word_key(text: str) -> str:
    """A word without case, accents and punctuation, for comparing."""
    return " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())


_ACTIVE_KEYS, _NO_CUSTOMER_KEYS = frozenset(map(word_key, _ACTIVE)), frozenset(map(word_key, _NO_CUSTOMER))
STATUS_WORDS: dict[str, AccountStatus] = {
    **dict.fromkeys(map(word_key, (*_CUSTOMER, *_ACTIVE)), AccountStatus.CUSTOMER),
    **dict.fromkeys(map(word_key, _FORMER), AccountStatus.FORMER),
}
TIER_WORDS: dict[str, Tier] = {
    **dict.fromkeys(
        ("high touch", "high", "strategic", "enterprise", "large enterprise", "global", "key", "key account", "named",
         "premier", "tier 1", "1", "vip"), Tier.HIGH_TOUCH),
    **dict.fromkeys(
        ("low touch", "low", "mid market", "midmarket", "mid", "medium", "mid touch", "medium touch", "commercial",
         "corporate", "growth", "tier 2", "2"), Tier.LOW_TOUCH),
    **dict.fromkeys(
        ("tech touch", "tech", "digital", "digital touch", "smb", "sme", "small business", "small", "startup", "scale",
         "scaled", "self serve", "self service", "pooled", "long tail", "velocity", "tier 3", "3"), Tier.TECH_TOUCH),
}  # fmt: skip


def is_empty(text: str) -> bool:
    """Whether this cell says that the value is not known."""
    return len(text) < 20 and text.strip().lower() in _EMPTY


def must_be_short(text: str, longest: int, what: str) -> None:
    """Raise `Unreadable` for a cell of more than `longest` characters, before any pattern is tried on it."""
    if len(text) > longest:
        raise Unreadable(Remark.TOO_LONG_TO_BE, what=what)


def status(columns: Sequence[tuple[str, str]], extra: Mapping[str, StrEnum]) -> AccountStatus | None:
    """Customer or former customer by the (kind, text) of each status column of a row, the strongest column first.

    Kinds are `lifecycle`, `status`, `type` and `state`, which may be that of an address: its unknown words say nothing.
    A former customer in a lifecycle or status column is one whatever the
    others say; else the first column decides that says more than that the record is active. What is no customer of
    ours raises `Unreadable`, as does a word that nobody knows where no column says anything else. None if all are
    empty.
    """
    filled = [(kind, text) for kind, text in columns if not is_empty(text)]
    if any(len(text) > _LONGEST_WORD for _, text in filled):
        raise Unreadable(Remark.TOO_LONG_TO_BE, what="status", word=max((text for _, text in filled), key=len))
    meanings = [(kind, text, _meaning(text, extra)) for kind, text in filled]
    meanings = [one for one in meanings if one[0] != "state" or one[2] is not None]
    if any(kind != "type" and meaning is AccountStatus.FORMER for kind, _, meaning in meanings):
        return AccountStatus.FORMER
    weak = False
    for _, text, meaning in meanings:
        if meaning is AccountStatus.CUSTOMER and word_key(text) in _ACTIVE_KEYS and word_key(text) not in extra:
            weak = True
        elif isinstance(meaning, AccountStatus):
            return meaning
        elif meaning is Remark.NO_CUSTOMER:
            raise Unreadable(Remark.NO_CUSTOMER, word=text)
    if weak:
        return AccountStatus.CUSTOMER
    if meanings:
        raise Unreadable(Remark.STATUS_UNKNOWN, word=meanings[0][1])
    return None


def _meaning(text: str, extra: Mapping[str, StrEnum]) -> AccountStatus | Remark | None:
    word = word_key(text)
    chosen = extra.get(word) or STATUS_WORDS.get(word)
    if chosen is None and (match := re.fullmatch(r"\d+ (.+)", word)):
        chosen = STATUS_WORDS.get(match[1])  # `3 - Customer`
    if isinstance(chosen, AccountStatus):
        return chosen
    if chosen is None and (match := re.fullmatch(r"([^()\[\]]+?)\s*[(\[][^()\[\]]*[)\]]", text)):
        return _meaning(match[1], extra)  # `Churned (2025)`
    # NetSuite writes the stage before the status: `CUSTOMER-Closed Won`, `LEAD-Qualified`.
    stage, dash, state = text.partition("-")
    if chosen is None and dash and word not in _NO_CUSTOMER_KEYS and word_key(stage) in _NETSUITE_STAGES:
        said = None if word_key(state) in _ACTIVE_KEYS else _meaning(state, extra)
        return said or _meaning(stage, extra)
    if word in _NO_CUSTOMER_KEYS or (re.fullmatch(r"\d+ (.+)", word) and word.partition(" ")[2] in _NO_CUSTOMER_KEYS):
        return Remark.NO_CUSTOMER
    return _of_parts(text, extra) if chosen is None else None


def _of_parts(text: str, extra: Mapping[str, StrEnum]) -> AccountStatus | Remark | None:
    """What a text of several parts means, such as `Churned - Q2 2025`; None where its parts are of two minds."""
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) < 2:
        return None
    known = [(part, meaning) for part in parts if (meaning := _meaning(part, extra)) is not None]
    meanings = {meaning for _, meaning in known}
    strong = {meaning for part, meaning in known if word_key(part) not in _ACTIVE_KEYS} or meanings
    if strong == {AccountStatus.CUSTOMER, AccountStatus.FORMER}:
        return AccountStatus.FORMER
    return strong.pop() if len(strong) == 1 else None


def tier(text: str, extra: Mapping[str, StrEnum]) -> Tier:
    """The tier that this word means, by `extra` or by the words above; raises `Unreadable`."""
    word = word_key(text)
    chosen = extra.get(word) or TIER_WORDS.get(word)
    if isinstance(chosen, Tier):
        return chosen
    raise Unreadable(Remark.TIER_UNKNOWN, word=text)


def extra_words(pairs: Iterable[str], enums: Sequence[type[StrEnum]] = (Tier, AccountStatus)) -> dict[str, StrEnum]:
    """What `--word "Gold=high_touch"` adds to the known words: a word of theirs for a member of one of `enums`."""
    meanings: dict[str, StrEnum] = {member.value: member for enum in enums for member in enum}
    words: dict[str, StrEnum] = {}
    for pair in pairs:
        their_word, equals, our_word = pair.rpartition("=")
        meaning = meanings.get(our_word.strip().lower().replace("-", "_").replace(" ", "_"))
        if not equals or not their_word.strip() or meaning is None:
            raise UserError(ImportRefusal.WORD_PAIR_UNREADABLE, pair=pair, meanings=tuple(meanings))
        words[word_key(their_word)] = meaning
    return words


def name_key(name: str) -> str:
    """An account's name without case, accents and double spaces: two names of one key are one account."""
    return " ".join(folded(name).split())
