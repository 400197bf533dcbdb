"""Names of tables and folders: the one place that knows them."""

from pathlib import Path

SCHEMAS = (
    "bronze", "silver", "vault", "identity", "staging", "intermediate", "marts", "serving", "governance", "quarantine",
)  # fmt: skip

SILVER_ADDED_COLUMNS = {"source_system": "string", "is_deleted": "boolean", "deleted_date": "date"}
"""Added to every silver table by the runner; SCD2 tables also get VALIDITY_COLUMNS."""

VALIDITY_COLUMNS = {"valid_from": "date", "valid_to": "date", "is_current": "boolean"}
"""valid_to is exclusive and NULL while the row is current."""

AUDIT_COLUMNS = ("_run_id", "_loaded_at", "_contract_version", "_changed_date")
"""Left out when tables are compared. _changed_date is the business date of the run that last wrote the row."""

BRONZE_COLUMNS = ("_delivery_id", "_delivery_date", "_sequence", "_row_number")
"""Added to every bronze row beside the source's own columns, which are all strings."""

EXPRESSION_NAMES = {"current_delivery_date": "date"}
"""What expressions of definitions may use beside columns: the date of the delivery a row came in."""

RESERVED_COLUMNS = frozenset(
    {*SILVER_ADDED_COLUMNS, *VALIDITY_COLUMNS, *AUDIT_COLUMNS, *BRONZE_COLUMNS, *EXPRESSION_NAMES}
)
"""Names that no definition may give to a column of its own."""

ENVIRONMENTS = ("demo", "real")
"""Banks: demo (all systems generated) and real (public data, and generated systems where none exists)."""

FORMATS = ("csv", "json", "parquet", "xml", "xes", "yaml", "jdbc")
"""Formats of deliveries; zip, gz and bz2 are seen by a file's ending."""


KEPT_RECORDS = "vault.identity_records"
"""The one table of the vault that Spark does not write: normalised records, which identity keeps for the next date."""


def bronze_table(source: str) -> str:
    """`bronze.<system>__<table>` of a source named `system/table`."""
    return "bronze." + source.replace("/", "__")


def silver_table(entity: str) -> str:
    """`silver.<entity>`."""
    return f"silver.{entity}"


def table_path(home: Path, table: str) -> Path:
    """Folder of a Delta table, `<home>/tables/<schema>/<table>`."""
    schema, name = table.split(".", 1)
    return home / "tables" / schema / name
