"""Persons of a generated bank as silver and the vault would hold them, read straight from the deliveries: no Spark."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options
from infra.demo_bank.planted import read_planted
from spark_jobs.identity.matching.records import bank_records

DATE = "2026-06-01"


def demo_records(inbox: Path, persons: int, seed: int) -> tuple[pa.Table, dict[str, str]]:
    """Records of a bank of that size and seed, and the truth: record -> person; only record keys are compared."""
    generate(Options(inbox, days=1, customers=persons, seed=seed, only=("crm", "family_relations")))
    records = bank_records(silver_and_vault(inbox))
    same_as = {
        one.key["personId"]: one.expected["same_as"] for _, one in read_planted(inbox) if one.where == "identity"
    }
    names = zip(records["record_key"].to_pylist(), records["party_id"].to_pylist(), strict=True)
    return records, {record: same_as.get(party, party) for record, party in names}


def silver_and_vault(inbox: Path) -> dict[str, pa.Table]:
    """The tables that records are made of, with each cell's text as its token."""
    with duckdb.connect() as connection:
        connection.register("contact", _csv(inbox / "crm" / DATE / "contacts.csv", ";", "gb18030"))
        connection.register("identifier", _csv(inbox / "crm" / DATE / "identifiers.csv", "|", "latin-1"))
        connection.register("relation", _csv(inbox / "family_relations" / DATE / "relations.csv", ",", "utf-8"))
        persons = inbox / "crm" / DATE / "persons.jsonl.gz"
        connection.execute(f"CREATE VIEW person AS FROM read_json('{persons}', columns = {PERSON})")
        return {name: connection.sql(sql).to_arrow_table() for name, sql in TABLES.items()}


def _csv(path: Path, delimiter: str, encoding: str) -> pa.Table:
    return pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(encoding=encoding),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter),
        convert_options=pa_csv.ConvertOptions(column_types={"number": pa.string(), "verified": pa.string()}),
    )


PERSON = (
    "{'personId': 'VARCHAR', 'gender': 'VARCHAR', 'name': 'STRUCT(given VARCHAR, family VARCHAR, \"full\" VARCHAR)', "
    "'birth': 'STRUCT(date VARCHAR)', 'residence': 'STRUCT(city VARCHAR)'}"
)
IDENTIFIER = "kind AS identifier_type_code, number AS identifier_token"
KEYS = "'crm' AS source_system, person AS party_id, FALSE AS is_deleted"
CONTACT = "CASE kind WHEN 'POST' THEN 'postal_address' WHEN 'MAIL' THEN 'email' ELSE 'mobile' END AS contact_type_code"
TABLES = {
    "silver.parties": """
        SELECT 'crm' AS source_system, personId AS party_id, 'person' AS party_type, name.given AS given_name_token,
            name.family AS family_name_token, name."full" AS full_name_token, lower(gender) AS gender_code,
            try_cast(birth.date AS DATE) AS birth_date, residence.city AS residence_city, NULL AS residence_region,
            TRUE AS is_current, FALSE AS is_deleted
        FROM person WHERE try_cast(birth.date AS DATE) IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY personId ORDER BY birth.date DESC) = 1""",
    "vault.parties": """
        SELECT DISTINCT 'crm' AS source_system, personId AS party_id, column_name, value AS token, value FROM (
            UNPIVOT (
                SELECT personId, name.given AS given_name_token, name.family AS family_name_token,
                    name."full" AS full_name_token
                FROM person
            ) ON given_name_token, family_name_token, full_name_token INTO NAME column_name VALUE value)""",
    "silver.party_contacts": f"""
        SELECT DISTINCT {KEYS}, {CONTACT}, contact AS contact_token,
            verified = 'J' AS is_verified, country AS country_code
        FROM contact""",
    "vault.party_contacts": f"""
        SELECT DISTINCT {KEYS}, {CONTACT}, contact AS contact_token, contact AS value
        FROM contact""",
    "silver.party_identifiers": f"""
        SELECT DISTINCT {KEYS}, {IDENTIFIER}, country AS issuing_country_code FROM identifier""",
    "vault.party_identifiers": f"""
        SELECT DISTINCT {KEYS}, {IDENTIFIER}, number AS value FROM identifier""",
    "silver.party_relations": """
        SELECT from_person AS from_party_id, to_person AS to_party_id, FALSE AS is_deleted FROM relation""",
    "silver.cards": """
        SELECT NULL::VARCHAR AS party_id, NULL::VARCHAR AS card_number_token, TRUE AS is_current, FALSE AS is_deleted
        WHERE FALSE""",
}
