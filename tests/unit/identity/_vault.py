"""Two parties as silver and the vault hold them: tables by name, of which a test changes one row."""

from datetime import date

import pyarrow as pa

MONDAY = date(2026, 6, 1)
PARTY = {
    "source_system": "crm", "party_type": "person", "given_name_token": None, "family_name_token": None,
    "gender_code": "f", "birth_date": date(1980, 1, 2), "residence_city": "Zürich", "residence_region": None,
    "occupation_code": "retired", "valid_from": MONDAY, "is_current": True, "is_deleted": False,
}  # fmt: skip
OWNED = {"source_system": "crm", "party_id": "P1"}
ROWS = {
    "silver.parties": [
        PARTY | {"party_id": "P1", "full_name_token": "t:anna"},
        PARTY | {"party_id": "P2", "full_name_token": "t:bea"},
    ],
    "silver.party_contacts": [
        OWNED | {"contact_type_code": "mobile", "contact_token": "t:079", "country_code": "CH", "is_verified": False,
                 "valid_since_date": MONDAY, "is_deleted": False, "deleted_date": None},
    ],
    "silver.party_identifiers": [
        OWNED | {"identifier_type_code": "tax_id", "identifier_token": "t:756", "issuing_country_code": "CH",
                 "is_deleted": False},
    ],
    "silver.party_relations": [{"from_party_id": "P9", "to_party_id": "P1", "is_deleted": False}],
    "silver.cards": [{"party_id": "P1", "card_number_token": "t:card", "is_current": True, "is_deleted": False}],
    "vault.parties": [
        OWNED | {"column_name": "full_name_token", "token": "t:anna", "value": "Anna Müller"},
        {"source_system": "crm", "party_id": "P2", "column_name": "full_name_token", "token": "t:bea",
         "value": "Bea Weber"},
    ],
    "vault.party_contacts": [
        OWNED | {"contact_type_code": "mobile", "contact_token": "t:079", "value": "079 668 18 00"},
    ],
    "vault.party_identifiers": [
        OWNED | {"identifier_type_code": "tax_id", "identifier_token": "t:756", "value": "756.1234"},
    ],
}  # fmt: skip


def tables(changed=None, **columns):
    """The tables, with other columns in the first row of one of them."""
    rows = ROWS if changed is None else ROWS | {changed: [ROWS[changed][0] | columns, *ROWS[changed][1:]]}
    return {name: pa.Table.from_pylist(one, schema=_schema(name)) for name, one in rows.items()}


def _schema(name):
    """The types of the rows; a column that none of them has is a day or a text."""
    found = pa.Table.from_pylist(ROWS[name]).schema
    return pa.schema([field.with_type(_type(field)) for field in found])


def _type(field):
    missing = pa.date32() if field.name.endswith("_date") else pa.string()
    return missing if pa.types.is_null(field.type) else field.type
