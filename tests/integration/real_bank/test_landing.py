"""What the ledger, bronze and quarantine say about every public file, against numbers found without this code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spark_jobs.catalog.models import Catalog
from tests.integration.real_bank.conftest import EXPECTED

pytestmark = pytest.mark.real_data
Rows = Callable[[str], list[dict[str, Any]]]

FILES = [
    (source, path, numbers) for source, expected in EXPECTED.items() for path, numbers in expected["files"].items()
]
CUT = [(source, path, numbers) for source, path, numbers in FILES if "cut_text" in numbers]


def test_every_contract_of_a_public_file_is_expected(public_catalog: Catalog) -> None:
    from spark_jobs.catalog.loading import load_catalog

    sources = load_catalog().in_environment("real").sources.values()
    public = {source.name for source in sources if (server := source.server("real")) and "{data}" in server.path}

    assert public == set(EXPECTED) == set(public_catalog.sources)


@pytest.mark.parametrize(("source", "path", "numbers"), FILES, ids=[f"{source}:{path}" for source, path, _ in FILES])
def test_delivered_stored_and_quarantined(source: str, path: str, numbers: dict[str, Any], governance: Rows) -> None:
    (delivery,) = _deliveries(governance, source, path)

    quarantined = numbers.get("quarantined", 0)
    found = (delivery["state"], delivery["delivered_rows"], delivery["stored_rows"], delivery["quarantined_rows"])
    assert found == ("accepted", numbers["delivered"], numbers["delivered"] - quarantined, quarantined)


def test_nothing_else_is_quarantined(governance: Rows) -> None:
    rows = [row for row in governance("quarantine.landing_rows") if row["source"] in EXPECTED]

    assert len(rows) == len(CUT) == 2


@pytest.mark.parametrize(("source", "path", "numbers"), CUT, ids=[source for source, *_ in CUT])
def test_a_cut_last_line_is_kept_with_its_text_and_reason(
    source: str, path: str, numbers: dict[str, Any], governance: Rows
) -> None:
    (row,) = [row for row in governance("quarantine.landing_rows") if row["source"] == source]

    found = (row["file_name"], row["row_number"], row["raw"], row["rule"])
    assert found == (Path(path).name, numbers["cut_row"], numbers["cut_text"], numbers["cut_rule"])
    assert row["reason"]


def test_bronze_balances(governance: Rows) -> None:
    rows = [row for row in governance("governance.reconciliation") if row["layer"] == "bronze"]

    assert len(rows) >= len(FILES)
    assert all(row["is_balanced"] for row in rows)


def _deliveries(governance: Rows, source: str, path: str) -> list[dict[str, Any]]:
    records = [
        row
        for row in governance("governance.deliveries")
        if row["source"] == source and Path(row["file_name"]).name == Path(path).name
    ]
    latest = {row["delivery_id"]: row for row in sorted(records, key=lambda row: row["change_number"])}
    return list(latest.values())
