"""The record table: what a model reads, and what it must look like."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.matching.definition import Definition

TYPES = {"string": pa.string(), "strings": pa.list_(pa.string()), "date": pa.date32()}


def record_schema(definition: Definition) -> pa.Schema:
    """`record_key` and the model's columns."""
    declared = [(name, TYPES[kind]) for name, kind in definition.columns.items()]
    return pa.schema([("record_key", pa.string()), *declared])


def checked(records: pa.Table, definition: Definition) -> pa.Table:
    """The columns of the model, with their types.

    Raises ValueError where a column is missing, or a record key is missing or occurs twice.
    """
    schema = record_schema(definition)
    missing = [name for name in schema.names if name not in records.column_names]
    if missing:
        raise ValueError(f"The record table has no {', '.join(missing)}; the model {definition.name} reads them.")
    keys = records["record_key"]
    if keys.null_count or pc.count_distinct(keys).as_py() != records.num_rows:
        raise ValueError("A record key is missing or occurs twice.")
    return records.select(schema.names).cast(schema)


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own in memory, on so many threads or on all.

    Nothing spills to disk: records hold clear values, which belong in the vault only.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": ""}
    connection = duckdb.connect(config=config | ({"threads": threads} if threads else {}))
    connection.execute("SET enable_progress_bar = false")
    return connection
