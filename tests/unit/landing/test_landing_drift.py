"""Columns that come and go: what the drift policy makes of a delivery."""

import gzip

import pytest
from deltalake import DeltaTable

from spark_jobs.catalog.names import table_path
from spark_jobs.landing import DeliveryProblem
from tests.miniature import deliveries
from tests.miniature.bank import MONDAY, TUESDAY, Bank
from tests.miniature.deliveries import person, write_control


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)


def test_an_added_column_becomes_a_bronze_column(bank):
    bank.postings(MONDAY, "t1")
    bank.land()
    path = bank.postings(TUESDAY, "t2")
    path.write_text(path.read_text().replace("Currency", "Currency;Booking Text").replace(";EUR", ";EUR;hello"))
    assert bank.land(TUESDAY).stored == 1
    table = DeltaTable(str(table_path(bank.settings.home, "bronze.bank__postings")))
    assert sorted(table.to_pandas()["booking_text"].dropna()) == ["hello"]


def test_a_renamed_column_rejects_the_delivery_and_the_run_goes_on(bank):
    path = bank.postings(MONDAY, "t1", "t2")
    path.write_text(path.read_text().replace("Amount", "AmountEur"))
    result = bank.land()
    assert (result.delivered, result.stored, result.quarantined) == (2, 0, 2)
    assert "column 'Amount' is delivered as 'AmountEur'" in result.problems[0]
    assert bank.quarantine()[0][0] == "column_renamed"


def test_reordered_columns_are_mapped_by_name(bank):
    path = bank.postings(MONDAY)
    path.write_text("Currency;Amount;PostingId;AccountId;PostedDate;Direction\nEUR;5.00;t1;a1;2026-06-01;C\n")
    write_control(path, 1, "5.00")
    bank.land()
    assert bank.bronze().select(["posting_id", "amount"]).to_pylist() == [{"posting_id": "t1", "amount": "5.00"}]


def test_a_column_that_must_not_be_missing_stops_the_run_before_anything_is_committed(bank):
    path = deliveries.write_persons(bank.inbox, "2026-06-01", [person("p1")])
    path.write_bytes(gzip.compress(b"person_id,full_name,birth_date,segment,email\np1,x,1980-01-01,retail,e\n"))
    with pytest.raises(DeliveryProblem, match=r"persons.csv.gz, line 1, column city: column 'city' is missing.*Ask"):
        bank.land(system="crm", source="crm/persons")
    assert bank.ledger.deliveries() == []
    assert list(bank.settings.home.rglob("*.parquet")) == []
