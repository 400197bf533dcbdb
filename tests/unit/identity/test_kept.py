"""Records kept in the vault: what is reused, what is made anew, what goes."""

import pytest

from spark_jobs.catalog.names import KEPT_RECORDS
from spark_jobs.identity import kept
from spark_jobs.identity.contents import content_hashes
from spark_jobs.identity.inputs import RepeatedRecordError
from spark_jobs.identity.matching.records import bank_records
from spark_jobs.identity.survivorship import load_rules
from spark_jobs.ledger import Store
from tests.unit.identity._vault import ROWS, tables


@pytest.fixture
def made(monkeypatch):
    """Keys of the records that were normalised, a list per time."""
    calls = []

    def counted(given, keys):
        calls.append(sorted(keys.to_pylist()))
        return bank_records(given, keys)

    monkeypatch.setattr(kept, "bank_records", counted)
    return calls


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def records(store, given):
    found = kept.known_records(store, given, content_hashes(given, load_rules(), "secret"))
    return {row["record_key"]: row for row in found.to_pylist()}


def kept_rows(store):
    rows = store.read(KEPT_RECORDS).to_pylist()
    found = {row["record_key"]: row for row in rows}
    assert len(rows) == len(found)
    return found


def text_on_disk(store):
    return b"".join(file.read_bytes() for file in store.path(KEPT_RECORDS).rglob("*") if file.is_file())


def test_a_next_date_normalises_only_what_changed_and_gives_the_records_of_a_first_date(store, tmp_path, made):
    before = records(store, tables())
    assert made == [["crm|P1", "crm|P2"]]
    now = tables("silver.parties", residence_city="Bern")
    after = records(store, now)
    assert made[1:] == [["crm|P1"]]
    assert (before["crm|P1"]["city"], after["crm|P1"]["city"]) == ("zurich", "bern")
    assert after == records(Store(tmp_path / "another"), now)
    assert after["crm|P2"] == before["crm|P2"]


def test_a_new_record_is_added_and_the_same_again_writes_nothing(store, made):
    records(store, tables("silver.parties", is_deleted=True))
    assert list(kept_rows(store)) == ["crm|P2"]
    records(store, tables())
    assert (made, set(kept_rows(store))) == ([["crm|P2"], ["crm|P1"]], {"crm|P1", "crm|P2"})
    version = store.create(KEPT_RECORDS).version()
    records(store, tables())
    assert (len(made), store.create(KEPT_RECORDS).version()) == (2, version)


@pytest.mark.parametrize("columns", [{"is_deleted": True}, {"full_name_token": "t:bea"}])
def test_what_silver_no_longer_says_leaves_the_table_and_the_disk(store, columns):
    records(store, tables())
    assert b"muller" in text_on_disk(store)
    records(store, tables("silver.parties", **columns))
    assert "muller" not in str(kept_rows(store))
    assert b"muller" not in text_on_disk(store)
    assert "crm|P2" in kept_rows(store)


def test_what_a_killed_write_left_goes_with_the_next_change(store):
    records(store, tables())
    (store.path(KEPT_RECORDS) / "part-killed.parquet").write_bytes(b"muller, never committed")
    records(store, tables("silver.parties", full_name_token="t:bea"))
    assert b"muller" not in text_on_disk(store)


def test_other_code_reuses_nothing(store, made, monkeypatch):
    records(store, tables())
    monkeypatch.setattr(kept, "normalisation_version", lambda: "other")
    records(store, tables())
    assert made[1:] == [["crm|P1", "crm|P2"]]
    assert {row["normalised_by"] for row in kept_rows(store).values()} == {"other"}


def broken_file(store):
    for file in store.path(KEPT_RECORDS).glob("*.parquet"):
        file.write_bytes(b"no parquet")


def broken_log(store):
    for file in (store.path(KEPT_RECORDS) / "_delta_log").glob("*.json"):
        file.write_text("no log")


def other_columns(store):
    store.replace(KEPT_RECORDS, store.read(KEPT_RECORDS).drop_columns(["city"]))


def rows_twice(store):
    store.append(KEPT_RECORDS, store.read(KEPT_RECORDS))


@pytest.mark.parametrize("harm", [broken_file, broken_log, other_columns, rows_twice])
def test_a_table_that_is_broken_or_old_gives_the_same_records_and_is_mended(store, harm):
    first = records(store, tables())
    harm(store)
    assert records(store, tables()) == first
    assert set(kept_rows(store)) == set(first) == {"crm|P1", "crm|P2"}


def test_a_record_that_is_delivered_twice_is_refused_and_not_kept(store):
    given = tables()
    twice = given["silver.parties"].from_pylist([*ROWS["silver.parties"], ROWS["silver.parties"][0]])
    with pytest.raises(RepeatedRecordError, match=r"crm\|P1"):
        records(store, given | {"silver.parties": twice})
    assert not store.exists(KEPT_RECORDS)
