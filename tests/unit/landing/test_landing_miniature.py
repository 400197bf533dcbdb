"""Deliveries of the miniature bank: what lands, what does not, and what the ledger says."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from deltalake import DeltaTable

from spark_jobs.catalog.names import table_path
from tests.miniature import deliveries
from tests.miniature.bank import MONDAY, TUESDAY, WEDNESDAY, Bank
from tests.miniature.deliveries import account, write_control


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)


def test_every_delivered_row_is_stored_as_text_once(bank):
    bank.postings(MONDAY, "t1", "t2")
    result = bank.land()
    assert (result.delivered, result.stored, result.is_stale, result.problems) == (2, 2, False, ())
    assert bank.bronze().select(["posting_id", "amount", "_sequence", "_row_number"]).to_pylist() == [
        {"posting_id": "t1", "amount": "100.00", "_sequence": 1, "_row_number": 1},
        {"posting_id": "t2", "amount": "100.00", "_sequence": 1, "_row_number": 2},
    ]


def test_landing_twice_is_landing_once(bank):
    bank.postings(MONDAY, "t1")
    bank.land()
    assert bank.land().deliveries == ()
    assert bank.ids() == ["t1"]
    assert len(bank.ledger.reconciliation("bank/postings")) == 1


def test_files_of_later_dates_wait_and_late_ones_are_taken(bank):
    bank.postings(MONDAY, "t1")
    bank.postings(WEDNESDAY, "t3")
    assert bank.land(TUESDAY).deliveries[0].is_late
    assert bank.ids() == ["t1"]
    bank.postings(TUESDAY, "t2")
    bank.land(WEDNESDAY)
    assert bank.ids() == ["t1", "t2", "t3"]
    assert [one.is_late for one in bank.ledger.deliveries("bank/postings")] == [True, True, False]


def test_a_file_written_after_the_cut_off_is_late_where_the_contract_says_so(bank):
    source = bank.catalog.sources["bank/postings"]
    server = replace(source.servers[0], options={"lateness": "modified"})
    changed = replace(source, load=replace(source.load, cut_off="06:00"), servers=(server,))
    bank.catalog = replace(bank.catalog, sources={"bank/postings": changed})
    for day, hour in ((MONDAY, 3), (TUESDAY, 5)):
        path, moment = bank.postings(day, f"t{hour}"), datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        os.utime(path, (moment.timestamp(), moment.timestamp()))
        bank.land(day)
    assert [one.is_late for one in bank.ledger.deliveries("bank/postings")] == [False, True]


def test_a_file_that_is_nothing_like_its_contract_is_rejected_in_bounded_memory(bank, monkeypatch):
    monkeypatch.setattr("spark_jobs.landing.tally.UNREADABLE_LIMIT", 10)
    path = bank.postings(MONDAY, "t1")
    path.write_text(path.read_text() + "binary\n" * 50)
    write_control(path, 51, "100.00")
    result = bank.land()
    assert (result.stored, result.quarantined) == (0, result.delivered)
    assert [(rule, number) for rule, number, _ in bank.quarantine()] == [("unreadable", None)]


def test_nested_json_becomes_columns(bank):
    deliveries.write_accounts(bank.inbox, "2026-06-01", [account("a1", holder=None)])
    bank.land(source="bank/accounts")
    row = bank.bronze("bank/accounts").to_pylist()[0]
    assert (row["opened_on"], row["holder_id"], row["_row_number"]) == ("2020-01-15", None, 1)


def test_unreadable_records_are_quarantined_with_text_and_reason(bank):
    path = bank.postings(MONDAY, "t1")
    path.write_text(path.read_text() + "t2;cut")
    write_control(path, 2, "100.00")
    result = bank.land()
    assert (result.delivered, result.stored, result.quarantined) == (2, 1, 1)
    assert bank.quarantine() == [("cut_last_line", 2, "t2;cut")]
    [row] = bank.ledger.reconciliation("bank/postings")
    assert (row["delivered"], row["stored"], row["quarantined"], row["is_balanced"]) == (2, 1, 1, True)


@pytest.mark.parametrize(
    ("rows", "amount", "rule"), [(3, "200.00", "control_row_count"), (2, "200.01", "control_amount_sum")]
)
def test_a_wrong_control_total_rejects_the_delivery_as_a_whole(bank, rows, amount, rule):
    write_control(bank.postings(MONDAY, "t1", "t2"), rows, amount)
    result = bank.land()
    assert (result.delivered, result.stored, result.quarantined, result.is_stale) == (2, 0, 2, True)
    assert [(one[0], one[1]) for one in bank.quarantine()] == [(rule, None)]
    assert bank.states() == [(1, "postings.csv", "rejected")]


def test_a_corrected_control_file_lets_the_same_file_in(bank):
    path = bank.postings(MONDAY, "t1")
    write_control(path, 7, "100.00")
    bank.land()
    assert bank.land().deliveries == ()
    write_control(path, 1, "100.00")
    bank.land()
    assert bank.states() == [(1, "postings.csv", "accepted")]
    assert bank.ids() == ["t1"]


def test_a_delivery_waits_for_its_control_file(bank):
    path = bank.postings(MONDAY, "t1")
    control = path.with_suffix(".ctl")
    text = control.read_text()
    control.unlink()
    assert "waits for its control file postings.ctl" in bank.land().problems[0]
    control.write_text(text)
    assert bank.land().stored == 1


def test_amounts_are_summed_exactly(bank):
    bank.postings(MONDAY, *(f"t{n}" for n in range(10)), amount="0.1")
    assert bank.land().stored == 10
    assert bank.ledger.deliveries("bank/postings")[0].control_amount == Decimal("1.0")


def test_the_same_content_again_is_a_duplicate_and_reported(bank):
    bank.postings(MONDAY, "t1")
    bank.postings(MONDAY, "t1", name="postings_copy.csv")
    bank.land()
    bank.postings(TUESDAY, "t1")
    result = bank.land(TUESDAY)
    assert (result.delivered, result.stored, result.duplicate) == (1, 0, 1)
    assert "is duplicate: same content as" in result.problems[0]
    assert bank.ids() == ["t1"]
    assert [state for *_, state in bank.states()] == ["accepted", "duplicate", "duplicate"]


def test_an_equal_delivery_of_an_earlier_date_takes_over(bank):
    bank.postings(TUESDAY, "t1")
    bank.land(TUESDAY)
    bank.postings(MONDAY, "t1")
    bank.land(WEDNESDAY)
    assert bank.states() == [(1, "postings.csv", "accepted"), (2, "postings.csv", "duplicate")]


def test_a_corrected_file_supersedes_the_first_and_frees_its_copy(bank):
    bank.postings(MONDAY, "t1")
    bank.land()
    bank.postings(TUESDAY, "t1")
    bank.land(TUESDAY)
    bank.postings(MONDAY, "t9")
    bank.land(WEDNESDAY)
    assert [state for *_, state in bank.states()] == ["superseded", "accepted", "accepted"]
    accepted = {one.delivery_id for one in bank.ledger.accepted("bank/postings")}
    rows = DeltaTable(str(table_path(bank.settings.home, "bronze.bank__postings"))).to_pandas()
    assert sorted(rows[rows["_delivery_id"].isin(accepted)]["posting_id"]) == ["t1", "t9"]


def test_numbers_in_file_names_are_the_order_within_a_day(bank):
    bank.postings(MONDAY, "t10", name="postings_10.csv")
    bank.postings(MONDAY, "t2", name="postings_2.csv")
    bank.land()
    assert [(one.sequence, one.file_name) for one in bank.ledger.deliveries()] == [
        (201, "postings_2.csv"),
        (1001, "postings_10.csv"),
    ]


def test_a_missing_delivery_makes_the_source_stale(bank):
    bank.postings(MONDAY, "t1")
    assert not bank.land().is_stale
    result = bank.land(TUESDAY)
    assert (result.is_stale, result.last_delivery_date) == (True, MONDAY)
    assert "no accepted delivery for 2026-06-02" in result.problems[0]
    [fresh, stale] = sorted(
        (
            row
            for row in bank.ledger.store.read("governance.source_freshness").to_pylist()
            if "postings" in row["source"]
        ),
        key=lambda row: row["business_date"],
    )
    assert (fresh["is_stale"], stale["is_stale"]) == (False, True)


def test_a_rejected_delivery_is_tried_again_under_a_new_contract(bank):
    path = bank.postings(MONDAY, "t1")
    path.write_text(path.read_text().replace("Amount", "AmountEur"))
    bank.land()
    source = bank.catalog.sources["bank/postings"]
    load = replace(source.load, drift={**source.load.drift, "renamed": "accept"})
    sources = {**bank.catalog.sources, "bank/postings": replace(source, version="1.1.0", load=load)}
    bank.catalog = replace(bank.catalog, sources=sources)
    assert bank.land().stored == 1
    assert bank.bronze()["amount"].to_pylist() == ["100.00"]
