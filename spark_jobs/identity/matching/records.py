"""The record table of the `bank` model: what all systems say about a party, from silver and the vault."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.normalise.columns import normalised
from spark_jobs.identity.matching.normalise.contacts import mailbox
from spark_jobs.identity.matching.record_values import contact_values, identifier_values, named
from spark_jobs.identity.matching.table import connect, record_schema
from spark_jobs.identity.silver import files_of, register

READ = (
    "silver.parties", "silver.party_identifiers", "silver.party_contacts", "silver.party_relations", "silver.cards",
    "vault.parties", "vault.party_identifiers", "vault.party_contacts",
)  # fmt: skip
"""Delta tables that records are made of; one that was never written has no rows."""
KEY = "source_system || '|' || party_id"
CONTACT_LISTS = {
    "emails": "kind = 'email'",
    "verified_emails": "kind = 'email' AND is_verified",
    "phones": "kind = 'phone'",
    "verified_phones": "kind = 'phone' AND is_verified",
    "addresses": "kind = 'address'",
}
IDENTIFIER_LISTS = {
    "tax_ids": "kind = 'tax_id'",
    "national_ids": "kind = 'national_id'",
    "passports": "kind = 'passport'",
    "company_numbers": "kind = 'company_number'",
    "client_ids": "kind = 'core_client_id'",
}


def bank_schema() -> pa.Schema:
    """Columns of a record of the `bank` model."""
    return record_schema(load_definition("bank"))


def tables_of_records(home: Path) -> dict[str, Any]:
    """The tables of READ of the lakehouse in that home."""
    return {name: files_of(home, name) for name in READ}


def read_records(home: Path, keys: pa.Array | None = None) -> pa.Table:
    """Records of the lakehouse in that home: all, or those with the given keys."""
    return bank_records(tables_of_records(home), keys)


def bank_records(tables: Mapping[str, Any], keys: pa.Array | None = None) -> pa.Table:
    """One row per current, undeleted party of a source system, in order of record key; schema of the `bank` model.

    `tables` are Arrow tables, data sets or Files, named as in READ. Values are normalised; a party that has no value of
    a kind has NULL there. Contacts and identifiers belong to the record of their own system; cards and relations, which
    other systems tell, to every record of their party.
    """
    schema = bank_schema()
    with connect() as connection:
        register(connection, tables)
        connection.register("wanted", pa.table({"record_key": keys if keys is not None else pa.array([], pa.string())}))
        parties = connection.sql(_parties_sql("TRUE" if keys is None else f"{KEY} IN (FROM wanted)")).to_arrow_table()
        connection.register("party", named(parties))
        connection.register("contact", contact_values(connection.sql(CONTACTS).to_arrow_table()))
        connection.register("identifier", identifier_values(connection.sql(IDENTIFIERS).to_arrow_table()))
        found = connection.sql(_records_sql()).to_arrow_table()
    return found.append_column("mailbox", normalised(found["email"], mailbox)).select(schema.names).cast(schema)


def _parties_sql(chosen: str) -> str:
    """One row per party with its names as written."""
    written = {"family": "family_name_token", "given": "given_name_token", "whole": "full_name_token"}
    names = ", ".join(f"{alias}.value AS {alias}" for alias in written)
    joins = "".join(
        f"""
        LEFT JOIN spellings AS {alias} ON {alias}.column_name = '{column}' AND {alias}.token = p.{column}
            AND {alias}.source_system = p.source_system AND {alias}.party_id = p.party_id"""
        for alias, column in written.items()
    )
    return f"""
        WITH spellings AS (
            SELECT source_system, party_id, column_name, token, min(value) AS value
            FROM vault_parties WHERE {chosen} GROUP BY ALL
        )
        SELECT p.source_system || '|' || p.party_id AS record_key, p.party_id, party_type, gender_code,
            CAST(birth_date AS VARCHAR) AS born, coalesce(residence_city, residence_region) AS place, {names}
        FROM (SELECT * FROM silver_parties WHERE is_current AND NOT is_deleted AND {chosen}) AS p{joins}"""


CONTACTS = f"""
    SELECT {KEY} AS record_key, contact_type_code AS kind, v.value, s.country_code,
        coalesce(s.is_verified, FALSE) AS is_verified
    FROM silver_party_contacts AS s
    JOIN vault_party_contacts AS v USING (source_system, party_id, contact_type_code, contact_token)
    WHERE NOT s.is_deleted AND {KEY} IN (SELECT record_key FROM party)"""
IDENTIFIERS = f"""
    SELECT {KEY} AS record_key, identifier_type_code AS kind, v.value, s.issuing_country_code AS country
    FROM silver_party_identifiers AS s
    JOIN vault_party_identifiers AS v USING (source_system, party_id, identifier_type_code, identifier_token)
    WHERE NOT s.is_deleted AND {KEY} IN (SELECT record_key FROM party)"""
TAX_ID = """
    SELECT record_key, min(country || ' ' || value) AS tax_id FROM identifier
    WHERE kind = 'tax_id' AND country IS NOT NULL GROUP BY record_key"""
"""One number a record with the country that issued it; `tax_ids` holds all, without."""
CARDS = """
    SELECT party_id, list_sort(list(DISTINCT card_number_token)) AS cards FROM silver_cards
    WHERE is_current AND NOT is_deleted AND party_id IS NOT NULL AND card_number_token IS NOT NULL GROUP BY party_id"""
RELATED = """
    SELECT party_id, list_sort(list(DISTINCT related_id)) AS related_ids FROM (
        SELECT from_party_id AS party_id, to_party_id AS related_id FROM silver_party_relations WHERE NOT is_deleted
        UNION ALL
        SELECT to_party_id, from_party_id FROM silver_party_relations WHERE NOT is_deleted
    ) GROUP BY party_id"""


def _records_sql() -> str:
    return f"""
        SELECT *, emails[1] AS email, phones[1] AS phone FROM party
        LEFT JOIN ({TAX_ID}) USING (record_key)
        LEFT JOIN ({_lists_sql("contact", CONTACT_LISTS)}) USING (record_key)
        LEFT JOIN ({_lists_sql("identifier", IDENTIFIER_LISTS)}) USING (record_key)
        LEFT JOIN ({CARDS}) USING (party_id)
        LEFT JOIN ({RELATED}) USING (party_id)
        ORDER BY record_key"""


def _lists_sql(table: str, lists: Mapping[str, str]) -> str:
    """One row per record with a sorted list of distinct values a kind, NULL where there is none."""
    columns = ", ".join(f"list_sort(list(DISTINCT value) FILTER ({where})) AS {name}" for name, where in lists.items())
    return f"SELECT record_key, {columns} FROM {table} GROUP BY record_key"
