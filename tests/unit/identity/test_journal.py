"""Steps that are stopped, repeated, restated; the ledger as Delta tables."""

from datetime import date

import pyarrow as pa
import pytest

from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day, RepeatedRecordError
from spark_jobs.identity.journal import Journal, LateDateError
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.reading import memberships
from spark_jobs.identity.resolve import resolve
from spark_jobs.identity.tables import STEPS
from spark_jobs.ledger import Store
from tests.unit.identity._bank import Memory, World, by_table, day_of, decisions, pairwise, records

KNOWN = {("a", "b"): 0.99, ("b", "c"): 0.9}
MATCHING = by_table(KNOWN)
FIRST = Day(day_of(0), records(("a", 0, 1), ("b", 0, 1)))
SECOND = Day(
    day_of(1), records(("a", 0, 2), ("b", 0, 1), ("c", 1, 1), ("d", 1, 1)), decisions(("d1", "b", "c", "must_link", 1))
)


def rows_that_count(journal):
    """Everything but audit columns, of the steps in line."""
    line = {one["step_id"] for one in journal.line()}
    return {
        name: sorted(str({**row, "recorded_at": None}) for row in table.to_pylist() if row["step_id"] in line)
        for name, table in journal.tables.tables.items()
    }


def test_the_same_date_with_the_same_inputs_changes_nothing():
    tables = Memory()
    done = run_day(Journal(tables), FIRST, MATCHING, Policy())
    commits = tables.commits
    again = run_day(Journal(tables), FIRST, MATCHING, Policy())
    assert (again.is_repeated, again.step_id, tables.commits) == (True, done.step_id, commits)


def test_the_order_of_rows_is_no_other_input():
    tables = Memory()
    run_day(Journal(tables), SECOND, MATCHING, Policy())
    shuffled = SECOND.records.take(pa.array([3, 1, 0, 2]))
    assert run_day(
        Journal(tables), Day(SECOND.business_date, shuffled, SECOND.decisions), MATCHING, Policy()
    ).is_repeated


def test_a_decision_that_is_no_longer_delivered_stands_no_more():
    journal = Journal(Memory())
    run_day(journal, SECOND, MATCHING, Policy())
    run_day(journal, Day(day_of(2), SECOND.records), MATCHING, Policy())
    assert journal.standing().decisions.num_rows == 0
    assert len({row["customer_id"] for row in memberships(journal).to_pylist() if row["valid_to"] is None}) == 3


def test_a_second_decision_of_the_same_day_takes_effect():
    journal, rows = Journal(Memory()), records(("a", 0, 1), ("c", 0, 1))
    first, second = ("d1", "a", "c", "cannot_link", 0), ("d2", "a", "c", "must_link", 0)
    run_day(journal, Day(day_of(0), rows, decisions(first)), MATCHING, Policy())
    run_day(journal, Day(day_of(1), rows, decisions(first, second)), MATCHING, Policy())
    assert len({row["customer_id"] for row in memberships(journal).to_pylist() if row["valid_to"] is None}) == 1


def test_a_date_stopped_after_any_commit_is_completed_by_running_it_again():
    whole = Memory()
    run_day(Journal(whole), FIRST, MATCHING, Policy())
    before, commits = dict(whole.tables), whole.commits
    run_day(Journal(whole), SECOND, MATCHING, Policy())
    expected = rows_that_count(Journal(whole))
    assert whole.commits - commits == 6
    for stop in range(commits, whole.commits):
        tables = Memory()
        tables.tables, tables.commits, tables.stop_after = dict(before), commits, stop
        with pytest.raises(KeyboardInterrupt):
            run_day(Journal(tables), SECOND, MATCHING, Policy())
        tables.stop_after = None
        run_day(Journal(tables), SECOND, MATCHING, Policy())
        assert rows_that_count(Journal(tables)) == expected
        assert tables.commits == whole.commits


def test_what_a_stopped_date_wrote_counts_for_nothing_when_other_inputs_come():
    tables = Memory()
    run_day(Journal(tables), FIRST, MATCHING, Policy())
    tables.stop_after = tables.commits + 4
    with pytest.raises(KeyboardInterrupt):
        run_day(Journal(tables), SECOND, MATCHING, Policy())
    tables.stop_after = None
    run_day(Journal(tables), Day(day_of(1), FIRST.records), MATCHING, Policy())
    assert {row["record_key"] for row in memberships(Journal(tables)).to_pylist()} == {"a", "b"}


def test_other_inputs_for_the_last_date_are_one_more_step_of_it():
    tables = Memory()
    journal = Journal(tables)
    run_day(journal, FIRST, MATCHING, Policy())
    run_day(journal, Day(day_of(0), records(("a", 0, 1))), MATCHING, Policy())
    assert [(row["record_key"], row["valid_to"]) for row in memberships(journal).to_pylist()] == [("a", None)]


def test_a_date_before_the_last_one_is_refused_until_the_ledger_is_rewound():
    journal = Journal(Memory())
    run_day(journal, FIRST, MATCHING, Policy())
    run_day(journal, SECOND, MATCHING, Policy())
    with pytest.raises(LateDateError, match="stands at 2026-06-02: rewind it to 2026-06-01"):
        run_day(journal, Day(day_of(0), records(("a", 0, 1))), MATCHING, Policy())


def test_restating_dates_after_a_rewind_gives_what_running_them_once_gives():
    once, twice = Memory(), Memory()
    run_day(Journal(twice), FIRST, MATCHING, Policy())
    run_day(Journal(twice), Day(day_of(1), records(("a", 0, 1))), MATCHING, Policy())
    Journal(twice).rewind(day_of(1))
    for day in (FIRST, SECOND):
        run_day(Journal(once), day, MATCHING, Policy())
    run_day(Journal(twice), SECOND, MATCHING, Policy())
    assert memberships(Journal(twice)).equals(memberships(Journal(once)))
    assert memberships(Journal(twice)).num_rows == 4
    assert Journal(twice).rows(STEPS).num_rows == 4


def test_an_id_that_a_restated_date_does_not_issue_again_means_the_customers_of_its_records():
    journal = Journal(Memory())
    run_day(journal, FIRST, MATCHING, Policy())
    taken_back = memberships(journal).column("customer_id")[0].as_py()
    journal.rewind(day_of(0))
    run_day(journal, Day(day_of(0), records(("b", 0, 1))), MATCHING, Policy())
    now = memberships(journal).column("customer_id")[0].as_py()
    assert taken_back != now
    assert resolve(journal, taken_back, day_of(0)) == [now]


def test_a_rewind_to_before_the_first_date_leaves_an_empty_ledger():
    journal = Journal(Memory())
    run_day(journal, FIRST, MATCHING, Policy())
    journal.rewind(day_of(0))
    assert memberships(journal).num_rows == 0
    run_day(journal, FIRST, MATCHING, Policy())
    assert memberships(journal).num_rows == 2


def test_a_new_model_compares_every_record_again_and_drops_edges_it_no_longer_finds():
    journal = Journal(Memory())
    run_day(journal, FIRST, MATCHING, Policy())
    run_day(journal, Day(day_of(1), FIRST.records), pairwise(lambda one, two: None, "m2"), Policy())
    assert journal.standing().edges.num_rows == 0
    assert len({row["customer_id"] for row in memberships(journal).to_pylist() if row["valid_to"] is None}) == 2


def test_a_new_policy_clusters_everything_again():
    world = World({("a", "b"): 0.96})
    before = world.day("a", "b")
    assert before["a"] == before["b"]
    world.policy = Policy(threshold=0.97)
    after = world.day()
    assert after["a"] == before["a"] != after["b"]


def test_a_record_that_is_delivered_twice_is_refused():
    with pytest.raises(RepeatedRecordError, match="1 record keys are delivered more than once: a"):
        run_day(Journal(Memory()), Day(day_of(0), records(("a", 0, 1), ("a", 0, 2))), MATCHING, Policy())


def test_the_ledger_lives_in_delta_tables(tmp_path):
    journal = Journal(Store(tmp_path))
    assert memberships(journal).num_rows == 0
    run_day(journal, FIRST, MATCHING, Policy())
    run_day(journal, SECOND, MATCHING, Policy())
    assert run_day(journal, SECOND, MATCHING, Policy()).is_repeated
    present = {row["record_key"]: row["customer_id"] for row in memberships(journal).to_pylist()}
    assert set(present) == {"a", "b", "c", "d"}
    assert present["a"] == present["b"] == present["c"] != present["d"]
    assert resolve(journal, present["a"], date(2026, 6, 2)) == [present["a"]]
    assert (tmp_path / "tables" / "identity" / "memberships" / "_delta_log").is_dir()
