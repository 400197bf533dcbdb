"""When a new snapshot surely repeats the one before it, and what its rows count as."""

from dataclasses import replace

import pytest

from spark_jobs.catalog.models import Rule
from spark_jobs.silver.changes import change_since
from spark_jobs.silver.counts import Counts
from spark_jobs.silver.repeated import repeated_counts
from tests.integration.silver_world import delivery, inputs

FIRST = replace(delivery("crm", 1), content_hash="same")
SECOND = replace(delivery("crm", 2), content_hash="same")
LOG = replace(delivery("log", 1), content_hash="same")
KEY, NEW_KEY = ("crm/things", FIRST.delivery_id), ("crm/things", SECOND.delivery_id)


def counts(**statuses):
    one = Counts()
    for status, rows in statuses.items():
        one.add(status, rows, rows)
    return {KEY: one}


def repeated(held, now, before, **changed):
    known = {one.delivery_id: one for one in (*now, *held)}
    change = change_since(inputs(*now, **changed), {one.delivery_id for one in held}, known.values())
    return repeated_counts(change, before)


def test_rows_of_a_repeated_snapshot_are_duplicates_or_filtered_again():
    before = counts(kept=6, duplicate=3, filtered=1)
    found = repeated([FIRST], [FIRST, SECOND], before)
    assert found is not None
    assert {name: rows for name, rows in found[NEW_KEY].statuses.items() if rows} == {"duplicate": 9, "filtered": 1}
    assert found[NEW_KEY].source_rows == 10
    assert found[KEY] == before[KEY]


@pytest.mark.parametrize(
    ("held", "now"),
    [
        ([FIRST], [FIRST, replace(SECOND, content_hash="other")]),
        ([FIRST], [FIRST, replace(SECOND, contract_version="2.0.0")]),
        ([FIRST], [SECOND]),
        ([FIRST], [FIRST]),
        ([SECOND], [FIRST, SECOND]),
        ([LOG], [LOG, replace(delivery("log", 2), content_hash="same")]),
        ([FIRST], [FIRST, SECOND, replace(delivery("log", 2), content_hash="same")]),
        ([FIRST], [FIRST, SECOND, replace(delivery("crm", 2, sequence=1), content_hash="same")]),
        ([FIRST, replace(delivery("crm", 1, sequence=1))], [FIRST, delivery("crm", 1, sequence=1), SECOND]),
        ([], [FIRST]),
    ],
)
def test_any_other_change_is_built(held, now):
    (known,) = counts(kept=10).values()
    assert repeated(held, now, {(one.source, one.delivery_id): known for one in held}) is None


@pytest.mark.parametrize("status", ["quarantined", "superseded"])
def test_a_snapshot_with_rows_that_count_by_their_neighbours_is_built(status):
    assert repeated([FIRST], [FIRST, SECOND], counts(kept=9, **{status: 1})) is None


def test_a_snapshot_that_the_journal_does_not_know_is_built():
    assert repeated([FIRST], [FIRST, SECOND], {}) is None


def test_a_rule_that_speaks_of_the_delivery_is_evaluated():
    rule = Rule("amount_is_of_the_past", "changed_at < current_delivery_date", column="amount")
    assert repeated([FIRST], [FIRST, SECOND], counts(kept=10), rules=(rule,)) is None
