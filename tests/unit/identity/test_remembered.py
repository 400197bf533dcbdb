"""A run reads a table of the ledger once."""

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.remembered import Remembered
from tests.unit.identity._bank import Memory


class Counted(Memory):
    """Tables that count how often they are read."""

    reads = 0

    def read(self, table, condition=None):
        self.reads += 1
        return super().read(table, condition)


def rows(*keys):
    return pa.table({"record_key": pa.array(keys, pa.string())})


def test_a_table_is_read_once_and_holds_what_was_added_since():
    kept = Counted()
    kept.append("t", rows("a"))
    tables = Remembered(kept)
    assert tables.read("t") == rows("a")
    tables.append("t", rows("b"))
    assert tables.read("t").to_pylist() == kept.read("t").to_pylist() == rows("a", "b").to_pylist()
    assert kept.reads == 2


def test_a_part_of_a_table_and_a_forgotten_table_are_read_where_they_are_kept():
    kept = Counted()
    kept.append("t", rows("a", "b"))
    tables = Remembered(kept)
    tables.read("t")
    assert tables.read("t", pc.field("record_key") == "b").to_pylist() == rows("b").to_pylist()
    tables.forget("t")
    tables.read("t")
    assert kept.reads == 3
    assert tables.exists("t")
    assert not tables.exists("u")
