"""The check against the truth tells found from missed, and planted from invented."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from infra.demo_bank.planted import Book, Planted
from infra.demo_bank.truth import check, false_alarms

DAY = "2026-06-02"


def written(home: Path, table: str, *rows: dict) -> None:
    schema, name = table.split(".")
    write_deltalake(home / "tables" / schema / name, pa.Table.from_pylist(list(rows)), mode="append")


def quarantined(key: str, source: str = "core_banking/postings") -> dict:
    return {
        "source": source,
        "delivery_date": date(2026, 6, 2),
        "rule": "known",
        "raw": json.dumps({"posting_id": key}),
    }


@pytest.fixture
def inbox(tmp_path) -> Path:
    book = Book()
    book.add(Planted("unknown_code", "core_banking/postings", DAY, "p.csv", {"posting_id": "T1-X1"}, "", "quarantine"))
    expected = {"entity": "accounts", "key": {"account_id": "A1"}, "values": {"status_code": "open"}}
    book.add(
        Planted("out_of_order", "core_banking/accounts", DAY, "a.csv", {"account_id": "A1"}, "", "silver", expected)
    )
    book.write(tmp_path)
    return tmp_path


def test_nothing_is_found_in_an_empty_lakehouse(tmp_path, inbox):
    assert [finding.is_found for finding in check(tmp_path, inbox)] == [False, False]


def test_a_quarantined_row_is_found_by_its_key(tmp_path, inbox):
    written(tmp_path, "quarantine.silver_rows", quarantined("T1-X1"))
    assert check(tmp_path, inbox)[0].is_found


@pytest.mark.parametrize(("status", "is_found"), [("open", True), ("dormant", False)])
def test_silver_must_say_what_the_truth_says(tmp_path, inbox, status, is_found):
    past = {
        "account_id": "A1",
        "source_system": "core_banking",
        "status_code": "blocked",
        "valid_from": date(2026, 6, 1),
    }
    written(tmp_path, "silver.accounts", past, {**past, "status_code": status, "valid_from": date(2026, 6, 2)})
    assert check(tmp_path, inbox)[1].is_found is is_found


def test_a_clean_row_in_quarantine_is_a_false_alarm(tmp_path, inbox):
    written(tmp_path, "quarantine.silver_rows", quarantined("T1-X1"), quarantined("T2"))
    assert [json.loads(alarm.raw)["posting_id"] for alarm in false_alarms(tmp_path, inbox)] == ["T2"]
