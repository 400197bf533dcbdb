"""Clients of one broker, whose desk is the telephone number, e-mail and postal address of all of them."""

import hashlib
from itertools import product

import pyarrow as pa

from spark_jobs.identity.matching.records import bank_schema
from tests.unit.identity._bank import day_of
from tests.unit.identity.small_town import GIVEN

OFFICE = {
    "emails": ["desk@broker.example"], "verified_emails": ["desk@broker.example"], "email": "desk@broker.example",
    "mailbox": "desk", "phones": ["+41446681800"], "verified_phones": ["+41446681800"], "phone": "+41446681800",
    "addresses": ["bahnhofstrasse 1 zurich"], "party_type": "person",
}  # fmt: skip
SYLLABLES = [first + second for first, second in product("bdfgklmnprstvwz", "aeiou")]
FAMILIES = ["".join(pair) for pair in product(SYLLABLES[:25], SYLLABLES[:20])]
"""500 family names, of which many differ in two letters only."""


def records(*rows):
    """Records of the bank model with a hash of what they say, as a date of the daily run knows them."""
    schema = bank_schema().append(pa.field("content_hash", pa.string()))
    schema = schema.append(pa.field("first_delivery_date", pa.date32()))
    hashed = [{"content_hash": hashlib.md5(repr(row).encode()).hexdigest(), **row} for row in rows]
    return pa.Table.from_pylist([{"first_delivery_date": day_of(0), **row} for row in hashed], schema)


def office(count):
    """Clients of one broker: all names differ, half have no date of birth, every tenth is known to two systems."""
    rows = []
    for number in range(count):
        given, family = GIVEN[number // 500], FAMILIES[number % 500]
        born = f"{1940 + number % 61}-0{1 + number % 9}-{10 + number % 19}" if number % 2 else None
        said = {"given_name": given, "family_name": family, "name": f"{given} {family}", "birth_date": born, **OFFICE}
        rows.append({"record_key": f"crm|{number}", "party_id": f"c{number}", **said})
        if number % 10 == 0:
            known = {"tax_ids": [f"T{number}"], "tax_id": f"CHE T{number}"}
            rows[-1] |= known
            rows.append({"record_key": f"core|{number}", "party_id": f"k{number}", **said, **known})
    return records(*rows)
