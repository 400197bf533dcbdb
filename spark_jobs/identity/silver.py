"""The tables of silver and the vault that identity reads; what was never delivered has no rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from spark_jobs.catalog.names import table_path

TOKENS = ("source_system", "party_id", "value")
COLUMNS: dict[str, tuple[str, ...]] = {
    "silver.parties": (
        "source_system", "party_id", "party_type", "full_name_token", "given_name_token", "family_name_token",
        "gender_code", "residence_city", "residence_region", "birth_date", "valid_from", "is_current", "is_deleted",
    ),
    "silver.party_contacts": (
        "source_system", "party_id", "contact_type_code", "contact_token", "country_code", "is_verified",
        "valid_since_date", "is_deleted", "deleted_date",
    ),
    "silver.party_identifiers": (
        "source_system", "party_id", "identifier_type_code", "identifier_token", "issuing_country_code", "is_deleted",
    ),
    "silver.party_relations": (
        "from_party_id", "to_party_id", "relation_type_code", "share_rate", "started_date", "ended_date", "is_deleted",
    ),
    "silver.cards": ("party_id", "card_number_token", "is_current", "is_deleted"),
    "silver.account_parties": (
        "account_id", "party_id", "role_code", "ownership_share_rate", "started_date", "ended_date", "is_deleted",
    ),
    "silver.account_balances": (
        "source_system", "account_id", "balance_date", "balance_amount", "currency_code", "is_deleted",
    ),
    "silver.fx_rates": ("base_currency_code", "quote_currency_code", "rate_date", "rate", "is_deleted"),
    "silver.identity_decisions": (
        "decision_id", "left_key", "right_key", "kind_code", "steward_id", "reason", "is_revoked", "decided_date",
        "is_deleted",
    ),
    "silver.identity_labels": ("left_key", "right_key", "is_same", "labelled_date", "is_deleted"),
    "vault.parties": (*TOKENS, "column_name", "token"),
    "vault.party_contacts": (*TOKENS, "contact_type_code", "contact_token"),
    "vault.party_identifiers": (*TOKENS, "identifier_type_code", "identifier_token"),
}  # fmt: skip
"""What is read of each table: the columns of the empty table that stands in for one that does not exist."""
TYPES = {"date": pa.date32(), "from": pa.date32(), "amount": pa.decimal128(20, 4), "rate": pa.decimal128(20, 10)}


def is_built(home: Path, table: str) -> bool:
    """Whether the table has been written."""
    return any((table_path(home, table) / "_delta_log").glob("*.json"))


def read(home: Path, table: str) -> Any:
    """The table as an Arrow data set; an empty Arrow table of its COLUMNS where it has not been written."""
    from deltalake import DeltaTable

    if is_built(home, table):
        return DeltaTable(table_path(home, table)).to_pyarrow_dataset()
    return pa.schema([(name, _type(name)) for name in COLUMNS[table]]).empty_table()


@dataclass(frozen=True, slots=True)
class Files:
    """The Parquet files of a Delta table and its columns."""

    paths: tuple[str, ...]
    schema: pa.Schema


def files_of(home: Path, table: str) -> Any:
    """The table as files, which DuckDB reads in half the time of an Arrow data set.

    As `read` gives it where files do not say all: a column lies in the names of folders, rows are marked as deleted.
    """
    from deltalake import DeltaTable

    from spark_jobs.ledger import Store

    rows = read(home, table)
    if isinstance(rows, pa.Table):
        return rows
    delta = DeltaTable(table_path(home, table))
    if delta.metadata().partition_columns or delta.protocol().min_reader_version > 1 or not delta.file_uris():
        return rows
    return Files(tuple(Store(home).files(table)), rows.schema)


def register(connection: Any, tables: Mapping[str, Any]) -> None:
    """Make tables (Arrow tables, data sets or Files) known to a DuckDB by their names, `silver_parties` and so on."""
    for table, rows in tables.items():
        name = table.replace(".", "_")
        if not isinstance(rows, Files):
            connection.register(name, rows)
            continue
        connection.register(f"{name}_columns", rows.schema.empty_table())
        paths = ", ".join("'" + path.replace("'", "''") + "'" for path in rows.paths)
        found = f"read_parquet([{paths}], union_by_name = true)"
        connection.execute(f"CREATE VIEW {name} AS FROM {name}_columns UNION ALL BY NAME FROM {found}")


def _type(column: str) -> pa.DataType:
    return pa.bool_() if column.startswith("is_") else TYPES.get(column.rsplit("_", 1)[-1], pa.string())
