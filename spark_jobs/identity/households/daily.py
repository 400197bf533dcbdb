"""Households in the daily run: what silver and the ledger say of a date, as tables for readers."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from spark_jobs.identity.current import CUSTOMER_IDS, CUSTOMER_RECORDS
from spark_jobs.identity.engine import query
from spark_jobs.identity.households.day import households_of_day
from spark_jobs.identity.households.facts import Delivered
from spark_jobs.identity.households.history import HISTORY, SCHEMA, history_after, known_before, previous
from spark_jobs.identity.households.rules import load_rules
from spark_jobs.identity.households.tables import (
    ACCOUNT_PARTIES,
    CONTACTS,
    HOUSEHOLD_MEMBERS,
    INPUTS,
    PARTIES,
    RELATIONS,
)
from spark_jobs.identity.journal import Tables
from spark_jobs.identity.silver import read

DELIVERED = "select source_system, party_id from rows where valid_from <= date '{day}'"
STANDING = {
    PARTIES: ("silver.parties", f"is_current and not is_deleted and (source_system, party_id) in ({DELIVERED})"),
    RELATIONS: ("silver.party_relations", "not is_deleted"),
    ACCOUNT_PARTIES: ("silver.account_parties", "not is_deleted"),
    CONTACTS: ("silver.party_contacts", "not is_deleted and contact_type_code = 'postal_address'"),
}
"""Input -> table of silver, and the rows of it that stand.

A party stands from its first delivery on. What is said of it is what silver says now, as for its records: whoever was
changed by a later date has a home on the date that is run again.
"""


def household_tables(
    home: Path, tables: Tables, current: Mapping[str, pa.Table], business_date: date
) -> dict[str, pa.Table]:
    """Households, members, related parties, control chains and the history of members, by name of the table.

    `current` are the tables of `identity.current` of the same date. A date that is run again starts from what the dates
    before it left.
    """
    history = tables.read(HISTORY) if tables.exists(HISTORY) else SCHEMA.empty_table()
    before = known_before(history, business_date)
    delivered = _delivered(home, current[CUSTOMER_RECORDS], business_date)
    formed = households_of_day(delivered, load_rules(), previous(before, current[CUSTOMER_IDS]))
    return formed | {HISTORY: history_after(before, formed[HOUSEHOLD_MEMBERS], business_date)}


def _delivered(home: Path, customer_records: pa.Table, business_date: date) -> Delivered:
    rows = {name: _standing(home, name, business_date) for name in STANDING}
    records = customer_records.select(["record_key", "source_system", "party_id", "customer_id", "is_primary"])
    return Delivered(business_date, records, rows[PARTIES], rows[RELATIONS], rows[ACCOUNT_PARTIES], rows[CONTACTS])


def _standing(home: Path, name: str, business_date: date) -> pa.Table:
    table, condition = STANDING[name]
    schema = INPUTS[name]
    sql = f"select {', '.join(schema.names)} from rows where {condition.format(day=business_date)}"
    return query(sql, rows=read(home, table)).cast(schema)
