"""Which snapshots close, when a change can be merged, and what changes a fingerprint."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from spark_jobs.ledger import Delivery
from spark_jobs.silver.changes import can_merge, change_since
from spark_jobs.silver.inputs import closing_dates
from tests.integration import silver_world as world
from tests.integration.silver_world import day, delivery, inputs


@pytest.mark.parametrize(
    ("rows", "closing"),
    [
        ([100, 100, 100], {1: 2, 2: 3}),
        ([100, 70, 100], {1: 3, 2: 3}),
        ([100, 80, 80], {1: 2, 2: 3}),
        ([100, 70, 70], {}),
        ([], {}),
    ],
)
def test_a_snapshot_closes_unless_it_shrank_against_the_last_full_one(
    rows: Sequence[int], closing: dict[int, int]
) -> None:
    deliveries = [delivery("crm", number, count) for number, count in enumerate(rows, 1)]
    assert closing_dates(deliveries, 20) == {day(one): day(closed) for one, closed in closing.items()}


def test_the_files_of_a_date_are_one_snapshot() -> None:
    parts = [delivery("crm", 1, 100), delivery("crm", 2, 50), delivery("crm", 2, 50, sequence=100)]
    assert closing_dates(parts, 20) == {day(1): day(2)}


@pytest.mark.parametrize(
    ("held", "now", "is_possible"),
    [
        ([delivery("log", 1)], [delivery("log", 1), delivery("log", 2)], True),
        ([delivery("log", 1), delivery("core", 1)], [delivery("core", 1)], True),
        ([delivery("crm", 1)], [delivery("crm", 1), delivery("crm", 2)], True),
        ([delivery("crm", 1)], [delivery("crm", 1), delivery("crm", 2), delivery("log", 2)], True),
        ([delivery("crm", 2)], [delivery("crm", 1), delivery("crm", 2)], False),
        ([delivery("crm", 1), delivery("crm", 2)], [delivery("crm", 1)], False),
        ([delivery("crm", 1)], [delivery("crm", 1), delivery("crm", 2), delivery("crm", 3)], False),
        ([], [delivery("log", 1)], False),
    ],
)
def test_a_change_is_merged_only_where_its_keys_can_be_told(
    held: list[Delivery], now: list[Delivery], is_possible: bool
) -> None:
    consumed = {one.delivery_id for one in held}
    assert can_merge(change_since(inputs(*now), consumed, [*held, *now])) is is_possible


def test_a_transform_that_sees_other_rows_is_rebuilt() -> None:
    feed = replace(world.FEED, transform="berka.with_closing_mark")
    now = inputs(delivery("log", 1), delivery("log", 2), feeds=(feed,))
    assert not can_merge(change_since(now, {"log-1-0"}, [delivery("log", 1)]))


def test_fingerprints_change_with_deliveries_definitions_and_key() -> None:
    first = inputs(delivery("log", 1))
    assert first.fingerprint == inputs(delivery("log", 1)).fingerprint
    more = inputs(delivery("log", 1), delivery("log", 2))
    assert (more.definitions == first.definitions, more.fingerprint == first.fingerprint) == (True, False)
    assert inputs(delivery("log", 1), version="1.1.0").definitions != first.definitions
    assert inputs(delivery("log", 1), token_check="other").definitions != first.definitions
