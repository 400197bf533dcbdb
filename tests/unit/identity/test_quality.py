"""The figures that the identity gate looks at."""

import pyarrow as pa

from expectations.suites import load_suites
from spark_jobs.identity.current import current_tables, rewrite
from spark_jobs.identity.households.rules import load_rules
from spark_jobs.identity.households.tables import HOUSEHOLDS, TABLES
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.quality import QUALITY, SCHEMA, quality_of, quality_table
from tests.unit.identity._bank import World, day_of

LABELS = pa.schema([("left_key", pa.string()), ("right_key", pa.string()), ("is_same", pa.bool_())])


def labels(*rows):
    return pa.Table.from_pylist([dict(zip(LABELS.names, row, strict=True)) for row in rows], schema=LABELS)


def current_of(world):
    homes = TABLES[HOUSEHOLDS].empty_table()
    return current_tables(world.journal, world.journal.standing()) | {HOUSEHOLDS: homes}


def figures(world, *labelled):
    return quality_of(world.journal, current_of(world), labels(*labelled), day_of(world.number)).to_pylist()[0]


def test_a_first_date_without_labels_knows_sizes_and_nothing_else():
    world = World({("a|1", "b|1"): 0.99, ("b|1", "c|1"): 0.9})
    world.day("a|1", "b|1", "c|1")
    assert figures(world) == {
        "records": 3, "customers": 2, "largest_cluster_records": 2, "held_customers": 0,
        "share_of_changed_ids_rate": None, "precision_rate": None, "recall_rate": None, "labelled_pairs_count": 0,
        "review_queue_pairs": 1, "households": 0, "largest_household_members": 0, "held_households": 0,
        "business_date": day_of(0),
    }  # fmt: skip


def test_precision_and_recall_are_of_the_labelled_pairs_whose_records_are_there():
    world = World({("a", "b"): 0.99, ("c", "d"): 0.99})
    world.day("a", "b", "c", "d", "e")
    joined, apart = (("a", "b", True), ("c", "d", False)), (("a", "e", True), ("b", "e", True), ("d", "e", True))
    found = figures(world, *joined, *apart, ("a", "z", True))
    assert (found["precision_rate"], found["recall_rate"], found["labelled_pairs_count"]) == (0.5, 0.25, 5)


def test_an_id_that_leads_to_the_new_one_is_no_change():
    world = World({("a", "c"): 0.99, ("b", "c"): 0.99})
    world.day("a", "b")
    world.day("c")
    assert len(set(world.customers().values())) == 1
    assert figures(world)["share_of_changed_ids_rate"] == 0


def test_a_record_that_leaves_its_customer_by_itself_is_a_change():
    world = World({("a", "b"): 0.99})
    world.day("a", "b", "c", "d")
    world.known.clear()
    world.day("b:moved")
    assert figures(world)["share_of_changed_ids_rate"] == 0.25


def test_a_record_that_a_steward_parts_is_no_change():
    world = World({("a", "b"): 0.99})
    world.day("a", "b")
    world.day(decided=[("d1", "a", "b", "cannot_link")])
    assert figures(world)["share_of_changed_ids_rate"] == 0


def test_parts_of_a_held_cluster_are_counted():
    world = World({("a", "b"): 0.96, ("b", "c"): 0.96}, Policy(largest_cluster=2))
    world.day("a", "b", "c")
    assert figures(world)["held_customers"] == 3


def test_a_restated_date_replaces_its_row_and_those_after_it():
    world = World({})
    for key in ("a", "b", "c"):
        world.day(key)
        _write(world, world.number)
    world.journal.rewind(day_of(1))
    world.number = 0
    world.day("d")
    _write(world, 1)
    rows = world.journal.tables.read(QUALITY).to_pylist()
    assert [(row["business_date"], row["records"]) for row in rows] == [(day_of(0), 1), (day_of(1), 4)]


def _write(world, number):
    rewrite(world.journal.tables, quality_table(world.journal, current_of(world), labels(), day_of(number)))


def test_the_gate_bounds_the_largest_customer_as_the_policy_does():
    suite = load_suites("identity", {"quality": SCHEMA.names})["quality"]
    bounds = {one.name: one.arguments.get("max_value") for one in suite.definitions}
    assert bounds["no_customer_is_oversized"] == Policy().largest_cluster
    assert suite.date_column == "business_date"
    assert bounds["no_household_is_oversized"] == load_rules().largest_household
