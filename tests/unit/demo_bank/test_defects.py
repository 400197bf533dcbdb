"""Each planted defect is in the deliveries, and the truth beside them says so."""

import gzip
import json
from pathlib import Path

import pytest

from infra.demo_bank.planted import Planted, read_planted

KINDS = {
    "duplicate_person", "correction", "delete", "late_row", "late_file", "out_of_order", "unknown_code",
    "broken_reference", "truncated_file", "renamed_column", "impossible_amount", "impossible_date",
    "unreadable_value", "missing_value", "duplicate_delivery", "shrunken_snapshot", "missing_delivery",
    "wrong_control_total",
}  # fmt: skip


@pytest.fixture(scope="session")
def planted(bank) -> list[Planted]:
    return [one for _, one in read_planted(bank)]


def of_kind(planted: list[Planted], kind: str) -> Planted:
    return next(one for one in planted if one.kind == kind)


def folder(bank: Path, one: Planted) -> Path:
    return bank / one.source.split("/")[0] / one.delivery_date


def test_every_kind_is_planted(planted):
    assert {one.kind for one in planted} == KINDS


def test_nothing_is_planted_in_a_clean_bank(clean_bank):
    assert read_planted(clean_bank) == []
    assert not (clean_bank / ".pending").exists()


def test_bad_rows_are_in_the_postings(bank, planted):
    keys = {one.key["posting_id"] for one in planted if one.source == "core_banking/postings"}
    found = {line.split(";")[0] for file in bank.glob("core_banking/*/postings.csv") for line in file.open()}
    assert len(keys) >= 6
    assert keys <= found


def test_truncated_file_ends_within_a_row(bank, planted):
    one = of_kind(planted, "truncated_file")
    text = (folder(bank, one) / one.file).read_text(encoding="latin-1")
    assert text.endswith(one.key["line"])
    assert not text.endswith("\n")


def test_renamed_column_is_in_the_header(bank, planted):
    import zipfile

    one = of_kind(planted, "renamed_column")
    with zipfile.ZipFile(folder(bank, one) / one.file) as archive, archive.open("contacts.csv") as lines:
        assert b"contact_day" in lines.readline()


def test_duplicate_delivery_repeats_the_first(bank, planted):
    one = of_kind(planted, "duplicate_delivery")
    again = (folder(bank, one) / one.file).read_bytes()
    assert again == (bank / "call_centre" / "2026-06-01" / "calls.jsonl").read_bytes()


def test_missing_delivery_is_missing(bank, planted):
    one = of_kind(planted, "missing_delivery")
    assert not folder(bank, one).exists()
    assert (folder(bank, one).parent / "2026-06-01").exists()


def test_shrunken_snapshot_lost_half(bank, planted):
    one = of_kind(planted, "shrunken_snapshot")
    before = (bank / "family_relations" / "2026-06-01" / "relations.csv").read_text().count("\n")
    after = (folder(bank, one) / one.file).read_text().count("\n")
    assert after < 0.6 * before


def test_control_file_miscounts_by_three(bank, planted):
    one = of_kind(planted, "wrong_control_total")
    rows = (folder(bank, one) / one.file).read_text().count("\n")
    assert (folder(bank, one) / "ratings.ctl").read_text() == f"rows={rows + 3}\n"


def test_deleted_prospect_was_known_before(bank, planted):
    one = of_kind(planted, "delete")
    with gzip.open(bank / "crm" / "2026-06-01" / "persons.jsonl.gz", "rt", encoding="utf-8") as lines:
        person = next(row for line in lines if (row := json.loads(line))["personId"] == one.key["personId"])
    assert person["role"] == "prospect"


def test_older_version_of_an_account_says_something_else_than_silver_should(bank, planted):
    one = of_kind(planted, "out_of_order")
    lines = (folder(bank, one) / one.file).read_text().splitlines()
    line = next(line for line in lines if one.key["account_id"] in line)
    assert "2019-03-04T05:06:07Z" in line
    assert ";dormant;" in line


def test_a_late_file_holds_rows_that_no_other_file_has(bank, planted):
    one = of_kind(planted, "late_file")
    with gzip.open(bank / ".pending" / "2026-06-03" / "web_events" / one.delivery_date / one.file, "rt") as lines:
        late = {line.split("\t")[0] for line in lines}
    with gzip.open(folder(bank, one) / "events.csv.gz", "rt") as lines:
        punctual = {line.split("\t")[0] for line in lines}
    assert one.key["event"] in late - punctual
