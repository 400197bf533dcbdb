"""Tables of silver as DuckDB reads them: files where files say all, an Arrow data set where they do not."""

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, Field, write_deltalake

from spark_jobs.catalog.names import table_path
from spark_jobs.identity.silver import Files, files_of, register

TABLE = "silver.parties"


@pytest.fixture
def home(tmp_path):
    """A home whose path needs care in SQL and in addresses."""
    return tmp_path / "Anna's home"


def write(home, rows, **options):
    write_deltalake(table_path(home, TABLE), pa.Table.from_pylist(rows), mode="append", **options)


def rows_of(home):
    connection = duckdb.connect()
    register(connection, {TABLE: files_of(home, TABLE)})
    return connection.sql("select party_id, party_type from silver_parties order by all").fetchall()


def test_a_column_that_came_later_is_missing_in_earlier_rows(home):
    write(home, [{"party_id": "P1"}])
    write(home, [{"party_id": "P2", "party_type": "person"}], schema_mode="merge")
    assert isinstance(files_of(home, TABLE), Files)
    assert rows_of(home) == [("P1", None), ("P2", "person")]


def test_a_column_that_no_row_has_yet_is_missing(home):
    write(home, [{"party_id": "P1"}])
    DeltaTable(table_path(home, TABLE)).alter.add_columns([Field("party_type", "string")])
    assert rows_of(home) == [("P1", None)]


def test_rows_that_were_replaced_are_not_read_although_their_files_are_there(home):
    write(home, [{"party_id": "P1", "party_type": "person"}])
    replaced = pa.Table.from_pylist([{"party_id": "P2", "party_type": "person"}])
    write_deltalake(table_path(home, TABLE), replaced, mode="overwrite")
    assert rows_of(home) == [("P2", "person")]


def test_a_table_whose_folders_name_a_column_is_no_table_of_files(home):
    write(home, [{"party_id": "P1", "party_type": "person"}], partition_by=["party_type"])
    assert not isinstance(files_of(home, TABLE), Files)
    assert rows_of(home) == [("P1", "person")]


def test_a_table_that_was_never_written_has_no_rows(home):
    assert rows_of(home) == []
