"""The flat tables of the ledger's present state."""

import pytest

from spark_jobs.identity.current import CURRENT, CUSTOMER_IDS, CUSTOMER_RECORDS, current_tables, rewrite
from tests.unit.identity._bank import Memory, World, day_of

TIED = {("app|1", "crm|1"): 0.99, ("app|1", "cards|7"): 0.99}


def now(world):
    return current_tables(world.journal, world.journal.standing())


def records_of(world):
    return {row["record_key"]: row for row in now(world)[CUSTOMER_RECORDS].to_pylist()}


def states(world):
    return {
        row["customer_id"]: (row["state"], row["current_customer_id"]) for row in now(world)[CUSTOMER_IDS].to_pylist()
    }


def test_a_record_key_is_told_as_system_and_party_also_where_the_party_has_a_bar():
    world = World({})
    world.day("crm|P|1")
    row = records_of(world)["crm|P|1"]
    assert (row["source_system"], row["party_id"], row["reason"], row["joined_date"]) == (
        "crm", "P|1", "founder", day_of(0)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "primary"),
    [
        ((("app|1", "cards|7"),), "app|1"),
        ((("cards|7",), ("app|1",)), "cards|7"),
        ((("app|1", "cards|7"), ("crm|1",)), "crm|1"),
    ],
    ids=["the founding record", "the senior record", "the preferred system"],
)
def test_exactly_one_record_speaks_for_a_customer(days, primary):
    world = World(TIED)
    for came in days:
        world.day(*came)
    assert len(set(world.customers().values())) == 1
    assert [key for key, row in records_of(world).items() if row["is_primary"]] == [primary]


def test_the_most_senior_record_speaks_once_the_founder_is_gone():
    world = World({("a|1", "c|1"): 0.99, ("b|1", "c|1"): 0.99})
    world.day("c|1")
    world.day("b|1")
    world.day("a|1", gone=("c|1",), decided=[("d1", "a|1", "b|1", "must_link")])
    assert [key for key, row in records_of(world).items() if row["is_primary"]] == ["b|1"]


def test_an_id_says_when_a_record_last_joined_or_left_it():
    world = World({("a|1", "b|1"): 0.99})
    world.day("a|1")
    world.day("b|1")
    world.day("c|1")
    world.day(decided=[("d1", "a|1", "b|1", "cannot_link")])
    founded = {row["founded_date"]: row["moved_date"] for row in now(world)[CUSTOMER_IDS].to_pylist()}
    assert founded == {day_of(0): day_of(3), day_of(1): day_of(3), day_of(2): None}


def test_every_id_ever_issued_says_whom_it_means_now():
    world = World({("a|1", "b|1"): 0.99})
    one = world.day("a|1")["a|1"]
    two = world.day("c|1", "d|1")
    world.day(decided=[("d1", "a|1", "c|1", "must_link")])
    world.day(gone=("d|1",))
    assert states(world) == {
        one: ("in_use", one), two["c|1"]: ("redirected", one), two["d|1"]: ("retired", None),
    }  # fmt: skip


def test_an_id_that_only_withdrawn_dates_knew_means_the_customer_of_its_records():
    world = World({("a|1", "b|1"): 0.99})
    founded = world.day("b|1")["b|1"]
    world.journal.rewind(day_of(0))
    world.number = -1
    kept = world.day("a|1:older")["a|1"]
    assert states(world) == {kept: ("in_use", kept), founded: ("withdrawn", kept)}


def test_tables_are_rewritten_in_one_commit_each_and_only_when_they_say_something_else():
    world, tables = World(TIED), Memory()
    world.day("crm|1")
    assert set(rewrite(tables, now(world))) == set(CURRENT)
    assert rewrite(tables, now(world)) == []
    world.day("app|1")
    assert rewrite(tables, now(world)) == [CUSTOMER_RECORDS, CUSTOMER_IDS]
    assert tables.commits == len(CURRENT) + 2
