"""`docs/importing.md` names headers for each source; the reader knows every one of them as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.features.imports import column_mapping, fields, file_reader
from bot.features.imports.fields import FieldTable

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text("utf-8")
SOURCES = (
    "Salesforce report", "Data Loader", "HubSpot", "Dynamics", "Gainsight", "Planhat", "Vitally", "ChurnZero",
    "Pipedrive", "Zoho", "Odoo", "Spreadsheet",
)  # fmt: skip
OTHERS = {
    "Contracts from Stripe": fields.CONTRACTS,
    "Contracts from Chargebee": fields.CONTRACTS,
    "Contracts from HubSpot deals": fields.CONTRACTS,
    "Contracts from Salesforce opportunities": fields.CONTRACTS,
    "Contracts from Salesforce contracts": fields.CONTRACTS,
    "Contracts from a table": fields.CONTRACTS,
    "Readings": fields.READINGS,
    "Events": fields.EVENTS,
}
TABLE = {**dict.fromkeys(SOURCES, fields.ACCOUNTS), **OTHERS}


def table_of(source: str) -> dict[str, list[str]]:
    """The headers of each field in one section, in the order of the page."""
    section = re.split(r"^## ", PAGE.partition(f"\n## {source}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\| (\w+) \| (`.*`) \|$", section, re.MULTILINE)
    return {field: re.findall(r"`([^`]+)`", headers) for field, headers in rows}


def read_as(headers: list[str], table: FieldTable = fields.ACCOUNTS) -> dict[str, str]:
    """The header that the reader takes for each field in a file of these columns."""
    recogniser = column_mapping.recogniser(table)
    data = ("\t".join(headers) + "\n" + "\t".join("x" for _ in headers) + "\n").encode()
    columns = recogniser.recognise(file_reader.read(data, recognised=recogniser.count))
    return {name: headers[at] for name, at in columns.at.items()}


def test_the_page_has_a_section_for_each_source_and_no_other() -> None:
    assert tuple(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) == tuple(TABLE)


@pytest.mark.parametrize("source", OTHERS)
def test_the_headers_of_other_files_are_read_as_the_page_says(source: str) -> None:
    table = table_of(source)
    assert set(OTHERS[source].required) <= table.keys() <= OTHERS[source].fields.keys()
    first = {field: headers[0] for field, headers in table.items()}
    assert read_as(list(first.values()), OTHERS[source]) == first


@pytest.mark.parametrize("source", SOURCES)
def test_the_headers_of_a_source_are_read_as_the_page_says(source: str) -> None:
    table = table_of(source)
    assert {"external_id", "name", "owner", "arr", "renewal_date"} <= table.keys() <= fields.ACCOUNTS.fields.keys()
    first = {field: headers[0] for field, headers in table.items()}
    assert read_as(list(first.values())) == first


@pytest.mark.parametrize("source", TABLE)
def test_every_other_header_stands_in_for_the_first(source: str) -> None:
    table = table_of(source)
    first = {field: headers[0] for field, headers in table.items()}
    wrong = {
        header: said
        for field, headers in table.items()
        for header in headers[1:]
        if (said := read_as(list({**first, field: header}.values()), TABLE[source])).get(field) != header
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "header",
    ["Annual Revenue", "Close Date", "MRR", "OWNERID", "Total Contract Amount", "Recurring Revenue", "Phase",
     "Account Owner.id", "Account Link", "Company Team", "Customer Rank"],
)  # fmt: skip
def test_what_looks_like_a_field_and_is_none_is_not_read(header: str) -> None:
    assert header not in read_as(["Account Name", header]).values()
