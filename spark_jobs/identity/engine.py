"""One SQL query over Arrow tables, in memory."""

import duckdb
import pyarrow as pa


def query(sql: str, **tables: pa.Table) -> pa.Table:
    """What the query says of these tables, each known to it by its argument's name."""
    with duckdb.connect() as engine:
        for name, table in tables.items():
            engine.register(name, table)
        return engine.sql(sql).to_arrow_table()
