"""Silver is a function of the accepted deliveries: any order of arrival, any number of builds, any way of building."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spark_jobs.catalog.names import table_path
from spark_jobs.ledger import Ledger
from spark_jobs.runner import build_entity
from tests.integration import silver_world as world
from tests.integration.silver_oracle import Delivered, expected_periods

FIRST_DAY = date(2026, 6, 1)
COLUMNS = ("source_system", "thing_id", "amount", "valid_from", "valid_to", "is_deleted")


def random_row(system: str, draw: random.Random, thing: int) -> dict[str, str | None]:
    amount = draw.choice(["1", "2", "2", "3", "x", "-1", None])
    moment = f"2026-06-0{draw.randint(1, 9)}T0{draw.randint(0, 9)}:00:{draw.randint(10, 59)}"
    operation = draw.choice(["U", "U", "D"]) if system == "core" else None
    texts = {"amount": amount, "owner_name": "Ann", "changed_at": moment, "operation": operation}
    return {"thing_id": f"t{thing}", **texts}


def random_deliveries(seed: int) -> list[Delivered]:
    """Six days of three systems and 40 things: changes, deletes, bad values, absences, small snapshots, repetitions."""
    draw = random.Random(seed)
    deliveries = []
    for number in range(6):
        day = FIRST_DAY + timedelta(days=number)
        for system in ("log", "core", "crm"):
            share = draw.choice([0.2, 0.9]) if system == "crm" else 0.4
            rows = [random_row(system, draw, thing) for thing in range(40) if draw.random() < share]
            repeated = [dict(row) for row in rows[:2]]
            deliveries.append(Delivered(system, day, 0, (*rows, *repeated)))
    return deliveries


def build(spark: Any, home: Path, **changed: Any) -> Any:
    chosen = world.TestSettings(home, **changed)
    return build_entity(spark, world.catalog(), chosen, "things", date(2026, 6, 9), "run")


@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(seed=st.integers(1, 10**6))
def test_any_order_of_arrival_gives_the_same_history(spark: Any, tmp_path_factory: Any, seed: int) -> None:
    home = tmp_path_factory.mktemp("things")
    deliveries, draw = random_deliveries(seed), random.Random(seed)
    arriving = draw.sample(deliveries, len(deliveries))
    wrong = world.deliver(home, world.source("core"), FIRST_DAY, [random_row("core", draw, n) for n in range(40)], 50)
    for start in range(0, len(arriving), 6):
        for one in arriving[start : start + 6]:
            world.deliver(home, world.source(one.system), one.day, one.rows, one.sequence)
        if start == 6:
            Ledger(home).withdraw(wrong, "wrong file")
        result = build(spark, home, large_rows=0 if start else 300_000)
        assert result.is_balanced
    actual = world.table_rows(spark, home, "silver.things", *COLUMNS)
    assert actual == expected_periods(deliveries)
    assert len(actual) > 50


@pytest.fixture(scope="module")
def grown(spark: Any, tmp_path_factory: Any) -> tuple[Path, Path, list[str]]:
    """(a home built delivery by delivery by key, one built at once, the ways the first took)."""
    by_key, at_once = tmp_path_factory.mktemp("by_key"), tmp_path_factory.mktemp("at_once")
    key = "0123456789abcdef0123456789abcdef"
    for home in (by_key, at_once):
        (home / "token.key").write_text(key)
        (home / "token.key").chmod(0o600)
    ways, ids = [], {}
    deliveries = random_deliveries(7)
    for place, one in enumerate(deliveries):
        for home in (by_key, at_once):
            ids[place, home] = world.deliver(home, world.source(one.system), one.day, one.rows, one.sequence)
        if place in (8, 11, 13, 15, 17):
            ways.append(build(spark, by_key, large_rows=0).way)
    for home in (by_key, at_once):
        Ledger(home).withdraw(ids[12, home], "wrong file")
    ways.append(build(spark, by_key, large_rows=0).way)
    build(spark, at_once)
    return by_key, at_once, ways


def test_merging_by_key_gives_the_table_of_a_rebuild(spark: Any, grown: tuple[Path, Path, list[str]]) -> None:
    by_key, at_once, ways = grown
    columns = (*COLUMNS, "owner_token", "deleted_date", "is_current", "_delivery_id")
    assert ways == ["full", "keyed", "keyed", "keyed", "keyed", "keyed"]
    expected = world.table_rows(spark, at_once, "silver.things", *columns)
    assert expected
    assert world.table_rows(spark, by_key, "silver.things", *columns) == expected


def test_merging_by_key_quarantines_what_a_rebuild_does(spark: Any, grown: tuple[Path, Path, list[str]]) -> None:
    by_key, at_once, _ = grown
    columns = ("source", "delivery_id", "row_number", "rule", "reason", "column_name", "value", "raw")
    expected = world.table_rows(spark, at_once, "quarantine.silver_rows", *columns)
    assert expected
    assert world.table_rows(spark, by_key, "quarantine.silver_rows", *columns) == expected


def test_the_journal_of_merges_sums_to_the_counts_of_a_rebuild(grown: tuple[Path, Path, list[str]]) -> None:
    from spark_jobs.silver.counts import totals_so_far

    by_key, at_once, _ = grown
    expected = totals_so_far(Ledger(at_once).reconciliation(), "things")
    assert expected
    assert totals_so_far(Ledger(by_key).reconciliation(), "things") == expected


def test_merging_by_key_keeps_the_vault_of_a_rebuild(spark: Any, grown: tuple[Path, Path, list[str]]) -> None:
    by_key, at_once, _ = grown
    columns = ("source_system", "thing_id", "column_name", "token", "value")
    expected = world.table_rows(spark, at_once, "vault.things", *columns)
    assert expected
    assert world.table_rows(spark, by_key, "vault.things", *columns) == expected


def test_a_snapshot_that_repeats_the_last_one_is_counted_and_nothing_is_written(spark: Any, tmp_path: Path) -> None:
    from spark_jobs.silver.counts import totals_so_far

    step, at_once = tmp_path / "step", tmp_path / "at_once"
    first, second = {"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2"}
    contents = [first, second, second, second, first]
    ways, versions = [], []
    for number, values in enumerate(contents, 1):
        rows = [{"thing_id": key, "amount": value} for key, value in [*values.items(), *list(values.items())[:1]]]
        for home in (step, at_once):
            world.deliver(home, world.source("crm"), world.day(number), rows, content=repr(values))
        ways.append(build(spark, step).way)
        versions.append(DeltaTable(table_path(step, "silver.things")).version())
    build(spark, at_once)
    assert ways == ["full", "full", "repeated", "repeated", "full"]
    assert versions == [0, 1, 1, 1, 2]
    columns = (*COLUMNS, "deleted_date", "is_current", "_delivery_id")
    expected = world.table_rows(spark, at_once, "silver.things", *columns)
    assert len(expected) == 6
    assert world.table_rows(spark, step, "silver.things", *columns) == expected
    counts = totals_so_far(Ledger(at_once).reconciliation(), "things")
    assert sum(one.statuses["duplicate"] for one in counts.values()) > 8
    assert totals_so_far(Ledger(step).reconciliation(), "things") == counts
