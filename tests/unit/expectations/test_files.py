"""Which files a table's rows lie in, how a referenced column changed, and what is remembered of both."""

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from expectations.files import table_files
from expectations.memory import GATE_COUNTS, Memory, recall, remember
from expectations.references import GROWN, OTHER, change_of
from spark_jobs.ledger.store import Store

NAME = "silver.parties"


@pytest.fixture
def parties(tmp_path):
    """A home whose table of parties has one file, with a and b."""
    write(tmp_path, "a", "b")
    return tmp_path


def write(home, *values, mode="append", **options):
    rows = pa.table({"party_id": pa.array(values, pa.string())})
    folder = home / "tables" / "silver" / "parties"
    folder.mkdir(parents=True, exist_ok=True)
    write_deltalake(folder, rows, mode=mode, **options)
    return folder


def seen(home):
    files = table_files(home, NAME)
    return Memory(files.state, dict(files.rows))


def test_the_state_changes_with_the_files_and_not_with_the_version(parties):
    before = table_files(parties, NAME)
    folder = parties / "tables" / "silver" / "parties"
    DeltaTable(folder).alter.set_table_properties({"delta.appendOnly": "false"})
    same = table_files(parties, NAME)
    write(parties, "c")
    after = table_files(parties, NAME)
    assert (before.row_count, after.row_count) == (2, 3)
    assert same == before
    assert after.state != before.state


def test_a_table_with_partitions_has_a_state_and_no_files_of_its_own(tmp_path):
    folder = tmp_path / "tables" / "silver" / "parties"
    write_deltalake(folder, pa.table({"party_id": ["a", "b"], "kind": ["p", "o"]}), partition_by=["kind"])
    files = table_files(tmp_path, NAME)
    assert (files.rows, files.row_count, files.is_plain) == ({}, 2, False)


@pytest.mark.parametrize(
    ("values", "expected"), [(("b", "a"), GROWN), (("a", "b", "c"), GROWN), (("a", "c"), OTHER), ((None, "a"), OTHER)]
)
def test_values_that_left_a_referenced_column_are_noticed(parties, values, expected):
    then = seen(parties)
    write(parties, *values, mode="overwrite")
    assert change_of("party_id", table_files(parties, NAME), then) == expected


def test_a_file_that_was_vacuumed_may_have_taken_values_along(parties):
    then = seen(parties)
    write(parties, "a", "b", mode="overwrite")
    for name in then.rows:
        (parties / "tables" / "silver" / "parties" / name).unlink()
    assert change_of("party_id", table_files(parties, NAME), then) == OTHER


def test_memory_of_a_table_is_replaced_and_that_of_others_stays(tmp_path):
    first = Memory("s1", {"f1": 2}, {"f1": {"m": 1}, "s1": {"n": "2026-06-01"}}, {"silver.cards": "absent"})
    other = Memory("t1", {"g1": 1}, {"t1": {"n": None}})
    remember(tmp_path, "silver", {"silver.parties": first, "silver.accounts": other})
    assert recall(tmp_path) == {"silver.parties": first, "silver.accounts": other}
    second = Memory("s2", {"f2": 2}, {"s2": {"n": 1.5}})
    remember(tmp_path, "silver", {"silver.parties": second})
    assert recall(tmp_path) == {"silver.parties": second, "silver.accounts": other}


def test_a_column_that_a_ledger_table_lacks_is_added(tmp_path):
    store = Store(tmp_path)
    store.append(GATE_COUNTS, pa.table({"layer": ["silver"]}))
    store.append(GATE_COUNTS, pa.table({"layer": ["marts"], "scope": ["x"]}))
    rows = sorted(store.read(GATE_COUNTS).to_pylist(), key=lambda row: row["layer"])
    assert rows == [{"layer": "marts", "scope": "x"}, {"layer": "silver", "scope": None}]
