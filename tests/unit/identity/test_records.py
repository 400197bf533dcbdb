"""Records of the bank model, from small tables of silver and the vault."""

import pyarrow as pa

from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.records import bank_records
from spark_jobs.identity.matching.table import record_schema

PARTY = {
    "source_system": "crm", "party_type": "person", "family_name_token": None, "given_name_token": None,
    "gender_code": "f", "birth_date": "1980-01-02", "residence_city": "Zürich", "residence_region": None,
    "is_current": True, "is_deleted": False,
}  # fmt: skip
SPELLING = ("source_system", "party_id", "column_name", "token", "value")
CONTACT = {"source_system": "crm", "is_verified": True, "country_code": "CH", "is_deleted": False}
IDENTIFIER = {"source_system": "crm", "issuing_country_code": "CH", "is_deleted": False}


def spelt(rows, kind):
    """The vault's rows of contacts or identifiers: each token's clear value is the token without its t:."""
    names = ("source_system", "party_id", f"{kind}_type_code", f"{kind}_token")
    return [{name: row[name] for name in names} | {"value": row[f"{kind}_token"].removeprefix("t:")} for row in rows]


def records(parties, names, contacts, identifiers, keys=None):
    """Records of these rows as dictionaries by record key."""
    contacts = [CONTACT | {"party_id": who, "contact_type_code": kind, "contact_token": "t:" + value} | more
                for who, kind, value, more in contacts]  # fmt: skip
    identifiers = [IDENTIFIER | {"party_id": who, "identifier_type_code": kind, "identifier_token": "t:" + value}
                   for who, kind, value in identifiers]  # fmt: skip
    tables = {
        "silver.parties": [PARTY | one for one in parties],
        "vault.parties": [dict(zip(SPELLING, ("crm", *one), strict=True)) for one in names],
        "silver.party_contacts": contacts,
        "vault.party_contacts": spelt(contacts, "contact"),
        "silver.party_identifiers": identifiers,
        "vault.party_identifiers": spelt(identifiers, "identifier"),
        "silver.party_relations": [{"from_party_id": "P1", "to_party_id": "P2", "is_deleted": False}],
        "silver.cards": [{"party_id": "P1", "card_number_token": "t:card", "is_current": True, "is_deleted": False}],
    }  # fmt: skip
    found = bank_records({name: pa.Table.from_pylist(rows) for name, rows in tables.items()}, keys)
    assert found.schema == record_schema(load_definition("bank"))
    return {row["record_key"]: row for row in found.to_pylist()}


def bank(keys=None):
    parties = [
        {"party_id": "P1", "full_name_token": "t1"},
        {"party_id": "P2", "full_name_token": "t2", "birth_date": None},
        {"party_id": "P3", "full_name_token": "t3", "is_deleted": True},
        {"party_id": "P4", "full_name_token": "t1", "is_current": False},
        {"party_id": "O1", "full_name_token": "t5", "party_type": "organisation"},
    ]
    names = [
        ("P1", "full_name_token", "t1", "Dr. Anna Müller"),
        ("P1", "full_name_token", "told once", "Anna Meier"),
        ("P2", "full_name_token", "t2", "王秀英"),
        ("O1", "full_name_token", "t5", "Alpina Logistics AG"),
    ]
    contacts = [
        ("P1", "email", "Anna.Mueller@Example.org", {}),
        ("P1", "email", "a@example.org", {"is_verified": False}),
        ("P1", "mobile", "044 668 18 00", {}),
        ("P1", "postal_address", "Bahnhofstr. 1, 8001 Zürich", {"is_verified": None}),
        ("P2", "email", "not an address", {}),
        ("P2", "mobile", "044 668 18 00", {"is_deleted": True}),
    ]
    identifiers = [("P1", "tax_id", "756.1234"), ("O1", "company_number", "CH-1")]
    return records(parties, names, contacts, identifiers, keys)


def test_a_party_is_one_record_with_normalised_values():
    anna = bank()["crm|P1"]
    assert (anna["family_name"], anna["given_name"], anna["name"]) == ("muller", "anna", "anna muller")
    assert (anna["birth_date"], anna["city"]) == ("1980-01-02", "zurich")
    assert anna["emails"] == ["a@example.org", "anna.mueller@example.org"]
    assert anna["verified_emails"] == ["anna.mueller@example.org"]
    assert (anna["phones"], anna["addresses"]) == (["+41446681800"], ["bahnhofstrasse 1 8001 zurich"])
    assert (anna["tax_ids"], anna["tax_id"]) == (["7561234"], "CH 7561234")
    assert (anna["cards"], anna["related_ids"]) == (["t:card"], ["P2"])


def test_what_a_party_does_not_have_is_missing():
    wang = bank()["crm|P2"]
    assert (wang["family_name"], wang["given_name"], wang["birth_date"]) == ("wang", "xiuying", None)
    missing = ("emails", "verified_emails", "email", "mailbox", "phones", "addresses", "tax_ids", "tax_id", "cards")
    assert [wang[name] for name in missing] == [None] * len(missing)


def test_an_organisation_has_a_name_and_no_family():
    company = bank()["crm|O1"]
    assert (company["name"], company["family_name"], company["company_numbers"]) == ("alpina logistics", None, ["CH1"])


def test_deleted_and_former_versions_are_no_records():
    assert set(bank()) == {"crm|P1", "crm|P2", "crm|O1"}


def test_some_records_are_the_same_as_among_all():
    some = bank(pa.array(["crm|P1", "crm|nobody"]))
    assert some == {"crm|P1": bank()["crm|P1"]}
