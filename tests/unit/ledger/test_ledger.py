import fcntl
import multiprocessing
from datetime import date

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from spark_jobs.ledger import Delivery, Ledger, Reconciliation, Store, UnknownDeliveryError, delivery_id
from spark_jobs.ledger.alone import compact

MONDAY = date(2026, 6, 1)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path)


def delivery(content="x", sequence=1, **changed):
    identity = delivery_id("a/b", MONDAY, sequence, content)
    values = {"file_name": "f.csv", "delivered_rows": 2, "stored_rows": 2, **changed}
    return Delivery(identity, "a/b", "a", MONDAY, sequence, content_hash=content, **values)


def test_the_last_record_of_a_delivery_counts(ledger):
    first = ledger.record_delivery(delivery())
    ledger.record_delivery(delivery(state="rejected", state_reason="wrong total"))
    assert first.change_number == 1
    assert [(one.state, one.change_number) for one in ledger.deliveries("a/b")] == [("rejected", 2)]
    assert ledger.accepted("a/b") == []


def test_an_empty_ledger_knows_nothing(ledger):
    assert ledger.deliveries() == []
    assert ledger.consumed("parties") == set()
    assert not ledger.step_done("silver.parties", "f")


def test_withdrawing_a_correction_brings_the_first_sending_back(ledger):
    first, second = delivery(), delivery("y", sequence=2)
    ledger.record_deliveries([first, second])
    ledger.withdraw(first.delivery_id, "to settle states")
    ledger.reinstate(first.delivery_id)
    assert [one.state for one in ledger.deliveries()] == ["superseded", "accepted"]
    changed = ledger.withdraw(second.delivery_id, "made from the wrong day", run_id="r2")
    assert {one.delivery_id: one.state for one in changed} == {
        first.delivery_id: "accepted",
        second.delivery_id: "withdrawn",
    }
    assert ledger.delivery(second.delivery_id).state_reason == "made from the wrong day"


def test_withdrawing_an_unknown_delivery_names_the_close_ones(ledger):
    known = ledger.record_delivery(delivery())
    wrong = known.delivery_id[:-1] + "_"
    with pytest.raises(UnknownDeliveryError, match=f"{wrong}.*Did you mean {known.delivery_id} .a/b 2026-06-01, f.csv"):
        ledger.withdraw(wrong, "a typing error")


def test_consumed_deliveries_are_added_and_removed(ledger):
    ledger.add_consumed("parties", ["d1", "d2"], "r1")
    ledger.remove_consumed("parties", ["d1"], "r2")
    ledger.add_consumed("accounts", ["d1"], "r2")
    assert ledger.consumed("parties") == {"d2"}
    assert ledger.took_back("r2") and not ledger.took_back("r1")


def test_a_step_is_done_for_the_inputs_of_its_last_finish_only(ledger):
    ledger.finish_step("silver.parties", "inputs 1", {"silver.parties": 4}, "r1")
    ledger.finish_step("silver.parties", "inputs 2", {"silver.parties": 5}, "r2")
    assert not ledger.step_done("silver.parties", "inputs 1")
    assert ledger.step_done("silver.parties", "inputs 2")
    assert ledger.last_step("silver.parties")["outputs"] == {"silver.parties": 5}


def test_the_reconciliation_of_a_delivery_is_not_repeated_but_a_feed_is_recorded_every_run(ledger):
    landed = Reconciliation("bronze", "a/b", "d1", delivered=2, stored=2, run_id="r1")
    fed = Reconciliation("silver", "a/b", None, "parties", delivered=2, kept=2, run_id="r1")
    for _ in range(2):
        ledger.add_reconciliation([landed, fed])
    assert sorted(row["layer"] for row in ledger.reconciliation("a/b")) == ["bronze", "silver", "silver"]


def _append(home, worker, count):
    for number in range(count):
        Store(home).append("governance.numbers", pa.table({"worker": [worker], "number": [number]}))


def _read(home, begin):
    begin.wait(60)
    Store(home).read("governance.numbers")


def test_four_processes_append_at_once_and_no_row_is_lost(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(tmp_path, worker, 8)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rows = Store(tmp_path).read("governance.numbers").to_pylist()
    assert sorted((row["worker"], row["number"]) for row in rows) == [(w, n) for w in range(4) for n in range(8)]


def test_readers_that_compact_at_once_leave_every_row_once(tmp_path):
    _append(tmp_path, 1, 60)
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(4)
    readers = [context.Process(target=_read, args=(tmp_path, begin)) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(Store(tmp_path).read("governance.numbers")["number"].to_pylist()) == list(range(60))


def test_a_compaction_is_left_to_the_process_that_is_at_it(tmp_path):
    _append(tmp_path, 1, 3)
    folder = Store(tmp_path).path("governance.numbers")
    with (folder.parent / f".{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not compact(folder)
    assert len(DeltaTable(str(folder)).file_uris()) == 3
    assert compact(folder)
    assert len(DeltaTable(str(folder)).file_uris()) == 1


def test_many_small_commits_are_compacted_without_losing_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("spark_jobs.ledger.store.FILES_BEFORE_COMPACTION", 3)
    _append(tmp_path, 1, 5)
    rows = Store(tmp_path).read("governance.numbers")
    assert sorted(rows["number"].to_pylist()) == [0, 1, 2, 3, 4]
    assert len(DeltaTable(str(Store(tmp_path).path("governance.numbers"))).file_uris()) == 1
