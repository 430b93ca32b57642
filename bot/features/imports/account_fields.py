"""What a field table is, and that of accounts; `fields` has the tables of all kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from bot.features.imports.remarks import Remark

Fields = Mapping[str, tuple[str, ...]]

_ACCOUNT_WORDS = ("account", "company", "customer", "client", "organization", "organisation")


@dataclass(frozen=True, slots=True)
class FieldTable:
    """What a file of one kind can hold.

    `required` must be there; `one_of` are fields of which one must be; `money` names the currency field of each
    amount; `row_by_row` fields are read from further columns where the first says nothing; `traps` are headers that
    look like ours and are not, with the reason; `labels` says whether columns may be kept as labels.
    """

    kind: str
    fields: Fields
    required: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    money: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    row_by_row: tuple[str, ...] = ()
    traps: Mapping[str, Remark] = field(default_factory=dict)
    labels: bool = False


def _of_account(*words: str) -> tuple[str, ...]:
    """`account status`, `company status` …: the same words for whatever a tool calls an account."""
    return tuple(f"{word} {noun}" for noun, word in product(words, _ACCOUNT_WORDS))


_LIFECYCLE = ("lifecycle stage", "customer lifecycle stage", "lifecycle status", "lifecycle")
_STATUS = ("customer status", "managed as", *_of_account("status"), "subscription status", "contract status", "status")
_TYPE = ("relationship type", *_of_account("type"), "record type", "type")

SERIES: Fields = {
    "cadence": (
        "meeting cadence", "cadence", "sync frequency", "sync cadence", "meeting frequency", "call cadence",
        "call frequency", "meeting rhythm", "meeting series", "cs cadence", "csm cadence", "check in cadence",
        "check in frequency", "customer cadence", "touchpoint frequency", "touchpoint cadence", "touch frequency",
        "engagement cadence", "qbr cadence", "qbr frequency", "ebr cadence", "ebr frequency",
        "business review cadence", "business review frequency", "rhythmus", "terminrhythmus", "turnus",
        "meeting rhythmus", "meetingrhythmus", "besprechungsrhythmus", "frequence", "frequence des reunions",
        "rythme", "cadence des reunions", "frecuencia", "frecuencia de reuniones", "cadencia", "frequencia",
        "frequencia de reunioes", "frequenza", "frequenza riunioni", "cadenza", "frequentie", "overlegfrequentie",
        "mötesfrekvens", "czestotliwosc spotkan", "частота встреч", "定例頻度", "会議頻度", "会议频率", "미팅 주기",
    ),
    "meeting_kind": ("meeting type", "meeting kind", "series type", "kind of meeting", "termintyp", "terminart"),
    "meeting_day": (
        "meeting day", "sync day", "day of meeting", "call day", "weekday", "day of week", "meeting weekday",
        "meeting slot", "wochentag", "termintag", "jour de reunion", "jour", "dia de reunion", "dia da reuniao",
        "giorno della riunione", "giorno", "vergaderdag", "motesdag", "定例曜日", "会议日",
    ),
    "meeting_time": (
        "meeting time", "sync time", "call time", "time of meeting", "time of day", "uhrzeit", "terminzeit",
        "heure de reunion", "heure", "hora de reunion", "hora da reuniao", "hora", "orario", "ora", "tijd",
        "tijdstip", "klockslag", "定例時刻", "会议时间",
    ),
    "meeting_zone": (
        "time zone", "timezone", "meeting time zone", "meeting timezone", "tz", "zeitzone", "fuseau horaire",
        "zona horaria", "fuso horario", "fuso orario", "tijdzone", "tidszon", "タイムゾーン", "时区", "시간대",
    ),
    "meeting_holiday": (
        "on public holiday", "on public holidays", "public holiday", "public holidays", "if public holiday",
        "if it falls on a public holiday", "holiday rule", "on holidays", "an feiertagen", "feiertage", "bei feiertag",
        "jours feries", "festivos", "feriados", "festivi", "feestdagen", "祝日",
    ),
    "next_meeting": (
        "next meeting", "next meeting date", "next sync", "next call", "next check in", "next touchpoint", "next qbr",
        "next qbr date", "next ebr", "next business review", "next meeting on", "nachster termin", "nachstes meeting",
        "prochaine reunion", "prochain rendez vous", "proxima reunion", "proxima reuniao", "prossima riunione",
        "volgende afspraak", "volgend overleg", "nästa möte", "nastepne spotkanie", "следующая встреча", "次回定例",
        "次回会議", "下次会议",
    ),
    "last_meeting": (
        "last meeting", "last meeting date", "last sync", "last call", "last check in", "last touchpoint", "last qbr",
        "last qbr date", "last ebr", "last business review", "previous meeting", "letzter termin", "letztes meeting",
        "derniere reunion", "ultima reunion", "ultima reuniao", "ultima riunione", "laatste afspraak",
        "laatste overleg", "senaste möte", "ostatnie spotkanie", "последняя встреча", "前回定例", "上次会议",
    ),
}  # fmt: skip
"""What a row may say of the series of meetings with the account: `series_rows` reads it."""

ACCOUNTS = FieldTable(
    "accounts",
    {
        "external_id": (
            "account id", "external id", "crm id", "crm account id", "salesforce id", "salesforce account id",
            "account id 18", "case safe id", "record id", "company id", "customer id", "client id", "organization id",
            "organisation id", "hs object id", "do not modify account", "account number", "customer number",
            "company number", "client number", "gsid", "sfdc account id", "account external id", "record id company",
            "company record id", "kundennummer", "numero client",
            "code client", "codigo de cliente", "codigo do cliente", "codigo cliente", "codice cliente",
            "klantnummer", "kundnummer", "numer klienta", "musteri kodu", "musteri no", "顧客コード", "顧客番号",
            "客户编号", "고객번호", "取引先id", "取引先コード", "顧客id", "客户id", "код клиента", "id клиента",
            "номер клиента",
            "kod klienta", "id klienta", "musteri numarasi", "cislo zakaznika", "numero de client", "numero de cliente",
            "debitornummer", "debitorennummer", "kunden id", "sfdc id", "id",
        ),
        "name": (
            *_of_account("name"), "account account name", "name", "display name", "full name of company",
            *_ACCOUNT_WORDS, "kundenname", "firmenname", "kunde", "firma", "nom du client", "nom du compte",
            "nombre de la cuenta", "nombre del cliente", "cliente", "nome do cliente", "nome cliente", "klantnaam",
            "klant", "nazwa klienta", "nazwa firmy", "nazwa", "asiakas", "kundnamn", "kundenavn",
            "müşteri adı", "müşteri",
            "ügyfél neve", "název zákazníka", "názov zákazníka", "שם לקוח",
            "اسم العميل",
            "고객명", "会社名", "顧客名", "取引先名", "客户名称", "公司名称", "название", "клиент", "контрагент",
            "компания", "наименование", "имя клиента", "название клиента",
            "klient", "zákazník", "ügyfél", "kund", "azienda", "ragione sociale", "societe", "raison sociale",
            "entreprise",
            "empresa", "razon social", "bedrijf", "bedrijfsnaam", "firma adi", "şirket", "unternehmen", "取引先",
            "顧客",
            "得意先名", "客户", "고객", "고객사", "회사명", "πελάτης", "客戶名稱", "公司名稱", "客戶",
            "ลูกค้า", "ชื่อลูกค้า", "לקוח",
        ),
        "status": (
            *_LIFECYCLE, *_STATUS, *_TYPE, "kundenstatus", "statut", "statut client", "estado del cliente",
            "estado del contrato", "situacao", "stato cliente", "klantstatus", "статус", "статус клиента", "durum",
            "musteri durumu",
            "stan", "stav", "allapot", "ステータス", "状態", "契約状況", "契約ステータス", "状态", "客户状态", "상태",
            "狀態", "客戶狀態", "סטטוס", "الحالة", "สถานะ", "estado", "stato", "etat",
        ),
        "owner": (
            "csm", "csm name", "csm full name", "customer success manager", "customer success manager name",
            "cs owner", "customer success owner", "customer success rep", "success manager", "account owner",
            "company owner", "account owner full name", "account owner name", "client owner", "customer owner",
            "organization owner", "owner name", "owner full name", "owner", "account manager", "hubspot owner",
            "assigned to", "relationship manager", "salesperson", "owner user account",
            "kundenbetreuer", "betreuer", "kundenverantwortlicher", "zustandig", "zustandiger",
            "ansprechpartner intern",
            "responsable", "charge de compte", "gestionnaire", "chargee de compte", "gestor", "gestor de cuenta",
            "менеджер", "ответственный", "куратор", "musteri temsilcisi", "sorumlu", "obchodnik", "kundansvarig",
            "kundeansvarlig", "所有者", "営業担当", "客户经理", "propietario",
            "負責人", "客戶經理", "業務", "מנהל לקוח", "אחראי",
            "responsavel", "proprietario", "responsabile", "accountmanager", "opiekun", "担当者", "负责人", "담당자",
        ),
        "owner_email": (
            "csm email", "csm email address", "customer success manager email", "account owner email",
            "owner email", "company owner email", "owner email address", "account owner email address",
        ),
        "deputy": (
            "deputy", "deputy csm", "backup csm", "secondary csm", "deputy owner", "backup owner", "secondary owner",
            "co owner",
        ),
        "arr": (
            "arr", "annual recurring revenue", "current arr", "contracted arr", "total arr", "annual contract value",
            "acv", "annualized contract value", "annualised contract value", "annual value", "arr amount",
            "annual recurring revenue amount", "jahreswert", "jahresvertragswert", "jahrlicher vertragswert",
            "jahrlicher wert", "jahresbetrag",
            "jahresumsatz arr", "valeur annuelle du contrat", "revenu annuel recurrent", "ingreso anual recurrente",
            "ingresos recurrentes anuales", "receita anual recorrente", "ricavi annui ricorrenti", "roczna wartosc",
            "yillik sozlesme tutari", "yillik tutar", "годовая стоимость", "годовой контракт", "сумма в год",
            "年間金額", "契約金額 年額", "年费", "연간 계약 금액", "valor anual", "importe anual",
            "valor anual do contrato", "valeur annuelle",
            "montant annuel", "valore annuo", "jaarwaarde", "wartosc roczna", "年間契約額", "年額", "年度合同金额",
            "年費", "年度金額",
            "amount",
        ),
        "currency": (
            "arr currency", "currency", "currency iso code", "currency code", "account currency",
            "company currency", "customer currency", "deal currency code", "annual contract value currency",
            "acv currency", "amount currency", "currency of arr", "wahrung", "devise", "moneda", "moeda", "valuta",
            "waluta", "para birimi", "pénznem", "měna", "mena",
            "通貨", "幣別", "幣種", "币种", "货币", "통화", "валюта", "מטבע", "العملة",
        ),
        "contract_start": (
            "contract start date", "contract start", "subscription start date", "subscription start", "start date",
            "contract effective date", "original contract date", "initial contract date", "customer since",
            "became a customer date", "customer from", "term start date", "vertragsbeginn",
            "debut du contrat", "date de debut",
            "inicio del contrato", "fecha de inicio", "inicio do contrato", "data de inicio", "data inizio",
            "begindatum",
            "data rozpoczecia", "poczatek umowy", "дата начала", "начало договора", "baslangic tarihi",
            "sozlesme baslangici",
            "zacatek smlouvy", "avtalsstart", "vertragsstart", "startdatum", "kunde seit", "利用開始日", "契約開始日",
            "合同开始日期", "合約開始日", "合約開始日期",
        ),
        "renewal_date": (
            "renewal date", "next renewal date", "contract renewal date", "renewal", "renews on", "next renewal",
            "contract end date", "contract end", "subscription end date", "subscription renewal date",
            "term end date", "end date", "vertragsende", "verlangerungsdatum", "fin du contrat",
            "date de renouvellement",
            "fin del contrato", "fecha de renovacion", "fim do contrato", "data de renovacao", "data di rinnovo",
            "verlengingsdatum", "data odnowienia", "koniec umowy", "data zakonczenia", "дата окончания",
            "окончание договора", "дата продления", "bitis tarihi", "sozlesme bitis tarihi", "konec smlouvy",
            "szerzodes vege", "avtalsslut", "enddatum", "einddatum", "laufzeitende", "echeance", "date d echeance",
            "date de fin", "date de fin de contrat", "fecha de fin", "fecha de vencimiento", "vencimiento",
            "data de vencimento", "vencimento", "scadenza", "data di scadenza", "data fine", "満了日", "契約満了日",
            "到期日",
            "到期日期", "만료일", "förnyelse", "förnyelsedatum", "fornyelse", "fornyelsesdato",
            "yenileme tarihi", "datum obnovení", "megújítás dátuma", "更新日", "契約更新日", "契約終了日", "续约日期",
            "合同结束日期", "갱신일", "續約日期", "合約到期日", "合約結束日",
        ),
        "left_on": (
            "churn date", "churned on", "churned at", "churned date", "date churned", "customer to", "customer until",
            "cancellation date", "cancelled on", "canceled on", "date cancelled", "date canceled", "termination date",
            "terminated on", "lost date", "date lost", "lost on", "left on", "customer end date", "former since",
            "kundigungsdatum", "kunde bis", "abgang am", "date de resiliation", "fecha de baja", "fecha de cancelacion",
            "data de cancelamento", "data di disdetta", "opzegdatum", "дата ухода", "дата расторжения", "解約日",
            "流失日期", "해지일",
        ),
        "tier": (
            "cs tier", "customer tier", "account tier", "tier", "touch model", "cs segment", "customer segment",
            "account segment", "segment",
        ),
        "portfolio": ("portfolio", "cs portfolio", "portfolio name", "book of business", "book", "pod"),
        "website": (
            "company domain name", "domain", "email domain", "mail domain", "company domain", "account domain",
            "customer domain", "domain name", "website", "website url", "web site", "company website",
            "account website", "customer website", "url", "web", "homepage", "webseite", "internetseite", "site web",
            "sitio web", "pagina web", "sito web", "sito", "webbplats", "hjemmeside", "nettsted", "strona www",
            "strona internetowa", "サイト", "ウェブサイト", "网站", "웹사이트", "сайт",
        ),
        **SERIES,
    },
    required=("name",),
    days=("contract_start", "renewal_date", "left_on", "next_meeting", "last_meeting"),
    figures=("arr",),
    money={"arr": "currency"},
    ids=("external_id",),
    people=("owner", "deputy"),
    row_by_row=("status",),
    traps={
        "annual revenue": Remark.COLUMN_TRAP_ANNUAL_REVENUE,
        "close date": Remark.COLUMN_TRAP_CLOSE_DATE,
        "owner id": Remark.COLUMN_TRAP_KEYS,
        "mrr": Remark.COLUMN_TRAP_MONTHLY,
        "monthly recurring revenue": Remark.COLUMN_TRAP_MONTHLY,
        "total contract value": Remark.COLUMN_TRAP_TOTAL_VALUE,
        "tcv": Remark.COLUMN_TRAP_TOTAL_VALUE,
    },
    labels=True,
)  # fmt: skip

# What a file about people, outcomes or promises may use for the account, beside the row's own id and name.
_NOT_OF_THE_ACCOUNT = ("id", "name", "display name", "full name of company", "gsid", "hs object id", "record id")

ACCOUNT_OF_A_FACT: dict[str, tuple[str, ...]] = {
    "account_id": (
        "account id", "crm id", "external id", "record id", "company id", "customer id", "client id",
        "organization id", "organisation id", "associated company id", "primary associated company id",
        "associated company ids", "primary associated company ids",
        *(header for header in ACCOUNTS.fields["external_id"] if header not in _NOT_OF_THE_ACCOUNT),
    ),
    "account": (
        "account", *_of_account("name"), "company", "customer", "client", "organization", "organisation",
        "associated company", "primary associated company",
        *(header for header in ACCOUNTS.fields["name"] if header not in _NOT_OF_THE_ACCOUNT), "name",
    ),
}  # fmt: skip
