"""Columns of what goes into households and related parties, and of what comes out."""

import pyarrow as pa

_TEXT, _COUNT, _FLAG, _DAY, _NUMBER = pa.string(), pa.int64(), pa.bool_(), pa.date32(), pa.float64()
_AMOUNT, _RATE = pa.decimal128(20, 4), pa.decimal128(20, 10)

CUSTOMER_RECORDS, PARTIES, RELATIONS = "customer_records", "parties", "relations"
ACCOUNT_PARTIES, CONTACTS, AMOUNTS = "account_parties", "contacts", "amounts"
HOUSEHOLDS, HOUSEHOLD_MEMBERS = "identity.households", "identity.household_members"
RELATED_PARTIES, CONTROL_CHAINS = "identity.related_parties", "identity.control_chains"
OWNERSHIP_PROBLEMS = "identity.ownership_problems"

INPUTS: dict[str, pa.Schema] = {
    # One row per source record: the customer that its party is.
    CUSTOMER_RECORDS: pa.schema(
        [
            ("record_key", _TEXT),
            ("source_system", _TEXT),
            ("party_id", _TEXT),
            ("customer_id", _TEXT),
            ("is_primary", _FLAG),
        ]
    ),
    # One row per party of a source system. Unknown birth date: no minor; unknown name: shared with nobody.
    PARTIES: pa.schema(
        [
            ("party_id", _TEXT),
            ("source_system", _TEXT),
            ("party_type", _TEXT),
            ("family_name_token", _TEXT),
            ("birth_date", _DAY),
        ]
    ),
    # One row per relation, read as "<from> is <relation_type_code> of <to>"; ended_date is its last day.
    RELATIONS: pa.schema(
        [
            ("from_party_id", _TEXT),
            ("to_party_id", _TEXT),
            ("relation_type_code", _TEXT),
            ("share_rate", _RATE),
            ("started_date", _DAY),
            ("ended_date", _DAY),
        ]
    ),
    # One row per account, party and role; ended_date is its last day.
    ACCOUNT_PARTIES: pa.schema(
        [
            ("account_id", _TEXT),
            ("party_id", _TEXT),
            ("role_code", _TEXT),
            ("ownership_share_rate", _RATE),
            ("started_date", _DAY),
            ("ended_date", _DAY),
        ]
    ),
    # One row per party and postal address.
    CONTACTS: pa.schema([("party_id", _TEXT), ("contact_token", _TEXT)]),
    # One row per account.
    AMOUNTS: pa.schema([("account_id", _TEXT), ("currency_code", _TEXT), ("amount", _AMOUNT)]),
}

TABLES: dict[str, pa.Schema] = {
    # One row per household. members_count counts those whose primary household it is, so that it adds up to the people.
    HOUSEHOLDS: pa.schema(
        [
            ("household_id", _TEXT),
            ("head_customer_id", _TEXT),
            ("kind", _TEXT),
            ("formed_by", pa.list_(_TEXT)),
            ("members_count", _COUNT),
            ("is_held", _FLAG),
            ("founded_date", _DAY),
        ]
    ),
    # One row per household and customer; of a customer exactly one row is primary. The role is that to the head.
    HOUSEHOLD_MEMBERS: pa.schema(
        [("household_id", _TEXT), ("customer_id", _TEXT), ("role", _TEXT), ("is_primary_household", _FLAG)]
    ),
    # One row per customer, related customer and relation: "<customer> is <relation> of <related customer>".
    RELATED_PARTIES: pa.schema(
        [
            ("customer_id", _TEXT),
            ("related_customer_id", _TEXT),
            ("relation", _TEXT),
            ("derived_from", _TEXT),
            ("share_rate", _NUMBER),
            ("is_derived", _FLAG),
            ("started_date", _DAY),
        ]
    ),
    # One row per person and organisation. Shares from 0 to 1; ubo_basis is NULL where the person owns too little.
    CONTROL_CHAINS: pa.schema(
        [
            ("person_customer_id", _TEXT),
            ("organisation_customer_id", _TEXT),
            ("ubo_basis", _TEXT),
            ("paths", _TEXT),
            ("effective_share_rate", _NUMBER),
            ("controlled_share_rate", _NUMBER),
            ("is_in_control", _FLAG),
            ("is_ubo", _FLAG),
        ]
    ),
    # One row per organisation whose shares do not add up, or whose owners no person stands behind.
    OWNERSHIP_PROBLEMS: pa.schema([("organisation_customer_id", _TEXT), ("problem", _TEXT), ("share_rate", _NUMBER)]),
}
