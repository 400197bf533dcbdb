"""Where records are compared: in DuckDB on this machine, or in Spark on its cluster."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from spark_jobs.identity.matching.dialects import DUCKDB
from spark_jobs.identity.matching.table import connect


class Backend(Protocol):
    """Tables by name, queries in DuckDB's SQL, and Splink over them."""

    dialect: str

    def add(self, name: str, rows: pa.Table) -> None:
        """Make rows known by this name."""

    def keep(self, name: str, sql: str) -> None:
        """Work the query out once, and make what it says known by this name."""

    def rows(self, sql: str) -> pa.Table:
        """What the query says, in its order."""

    def splink(self) -> Any:
        """Splink's interface to the tables."""


Opening = Callable[[], AbstractContextManager[Backend]]
"""Opens a backend without tables; closing it leaves nothing behind."""


class DuckDb:
    """A DuckDB in memory."""

    dialect = DUCKDB

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def add(self, name: str, rows: pa.Table) -> None:
        """Make rows known by this name."""
        self.connection.register(name, rows)

    def keep(self, name: str, sql: str) -> None:
        """A table of what the query says."""
        self.connection.execute(f"CREATE TABLE {name} AS {sql}")

    def rows(self, sql: str) -> pa.Table:
        """What the query says, in its order."""
        return self.connection.sql(sql).to_arrow_table()

    def splink(self) -> Any:
        """Splink's interface to the connection."""
        from splink import DuckDBAPI

        return DuckDBAPI(self.connection)


@contextmanager
def in_duckdb(threads: int | None = None) -> Iterator[DuckDb]:
    """A DuckDB of its own, on so many threads or on all."""
    with connect(threads) as connection:
        yield DuckDb(connection)
