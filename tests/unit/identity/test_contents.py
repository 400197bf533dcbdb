"""The hash of a record: it moves with everything that is read of the record, and with nothing else."""

from datetime import date

import pytest

from spark_jobs.identity.contents import content_hashes
from spark_jobs.identity.survivorship import load_rules
from tests.unit.identity._vault import MONDAY, PARTY, ROWS, tables

SUNDAY = date(2026, 5, 31)
CHANGES = [
    ("silver.parties", {"full_name_token": "t:anne"}),
    ("silver.parties", {"birth_date": date(1980, 1, 3)}),
    ("silver.parties", {"birth_date": None}),
    ("silver.parties", {"residence_city": "Bern"}),
    ("silver.parties", {"gender_code": "m"}),
    ("silver.parties", {"occupation_code": None}),
    ("silver.parties", {"valid_from": SUNDAY}),
    ("silver.party_contacts", {"contact_token": "t:078"}),
    ("silver.party_contacts", {"contact_type_code": "phone"}),
    ("silver.party_contacts", {"is_verified": True}),
    ("silver.party_contacts", {"is_verified": None}),
    ("silver.party_contacts", {"country_code": "DE"}),
    ("silver.party_contacts", {"valid_since_date": SUNDAY}),
    ("silver.party_contacts", {"is_deleted": True}),
    ("silver.party_contacts", {"deleted_date": MONDAY}),
    ("silver.party_contacts", {"party_id": "P8"}),
    ("silver.party_identifiers", {"identifier_token": "t:757"}),
    ("silver.party_identifiers", {"issuing_country_code": None}),
    ("silver.party_identifiers", {"is_deleted": True}),
    ("silver.party_relations", {"from_party_id": "P8"}),
    ("silver.party_relations", {"is_deleted": True}),
    ("silver.cards", {"card_number_token": "t:other"}),
    ("silver.cards", {"is_current": False}),
    ("silver.cards", {"is_deleted": True}),
    ("vault.parties", {"value": "Anna MÜLLER"}),
    ("vault.party_contacts", {"value": "079 668 18 01"}),
    ("vault.party_identifiers", {"value": "756.1235"}),
]


def hashes(changed=None, **columns):
    return hashes_of(tables(changed, **columns))


def hashes_of(given, secret="secret"):
    found = content_hashes(given, load_rules(), secret).to_pylist()
    assert len(found) == len({row["record_key"] for row in found})
    return {row["record_key"]: row["content_hash"] for row in found}


@pytest.mark.parametrize(("table", "columns"), CHANGES, ids=lambda one: one if isinstance(one, str) else str(one))
def test_a_value_that_is_read_changes_the_hash_of_its_record_and_of_no_other(table, columns):
    before, after = hashes(), hashes(table, **columns)
    assert set(before) == {"crm|P1", "crm|P2"}
    assert before["crm|P1"] != after["crm|P1"]
    assert before["crm|P2"] == after["crm|P2"]


def test_the_order_of_rows_and_a_former_version_change_nothing():
    more = tables()
    contacts = [*ROWS["silver.party_contacts"], ROWS["silver.party_contacts"][0] | {"contact_token": "t:044"}]
    for name, rows in {"silver.party_contacts": contacts, "silver.parties": ROWS["silver.parties"]}.items():
        more[name] = more[name].from_pylist(rows, schema=more[name].schema)
    turned = {name: table.take(list(reversed(range(table.num_rows)))) for name, table in more.items()}
    assert hashes_of(more) == hashes_of(turned)
    former = PARTY | {"party_id": "P1", "full_name_token": "t:other", "is_current": False}
    schema = more["silver.parties"].schema
    with_former = more | {
        "silver.parties": more["silver.parties"].from_pylist([*ROWS["silver.parties"], former], schema)
    }
    assert hashes_of(with_former) == hashes_of(more)


def test_a_deleted_party_has_no_hash_and_another_secret_gives_another_one():
    assert set(hashes("silver.parties", is_deleted=True)) == {"crm|P2"}
    assert not set(hashes().values()) & set(hashes_of(tables(), "another").values())


def test_the_first_delivery_is_that_of_the_first_version():
    former = PARTY | {"party_id": "P1", "full_name_token": "t:other", "valid_from": SUNDAY, "is_current": False}
    given = tables()
    parties = given["silver.parties"].from_pylist([*ROWS["silver.parties"], former], given["silver.parties"].schema)
    found = content_hashes(given | {"silver.parties": parties}, load_rules(), "secret").to_pylist()
    assert {row["record_key"]: row["first_delivery_date"] for row in found} == {"crm|P1": SUNDAY, "crm|P2": MONDAY}
