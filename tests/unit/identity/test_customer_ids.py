"""How a customer id lives: merge, split, un-merge, retirement and return."""

import random
import re

import pytest

from spark_jobs.identity.reading import memberships
from spark_jobs.identity.tables import MEMBERSHIPS, REDIRECTS
from tests.unit.identity._bank import World, day_of

FAMILIES = {("x1", "x2"): 0.99, ("y1", "y2"): "rule:tax_id"}
MERGED, PARTED = ("d1", "x2", "y1", "must_link"), ("d2", "y1", "x2", "cannot_link")


def test_an_id_is_opaque_and_the_same_in_every_ledger_that_records_the_same():
    one, two = World({}).day("crm|4711"), World({}).day("crm|4711")
    assert re.fullmatch("c[0-9a-f]{20}", one["crm|4711"])
    assert one == two


def test_a_merge_keeps_the_id_that_was_delivered_first_and_redirects_the_other():
    world = World(FAMILIES)
    old = world.day("y1", "y2")["y1"]
    young = world.day("x1", "x2")["x1"]
    now = world.day(decided=[MERGED])
    assert set(now.values()) == {old}
    assert world.means(young) == [old]


def test_of_two_customers_delivered_on_one_day_the_smaller_source_key_keeps_its_id():
    world = World(FAMILIES)
    before = world.day("y1", "y2", "x1", "x2")
    assert set(world.day(decided=[MERGED]).values()) == {before["x1"]}


def test_of_a_split_the_part_with_the_founding_record_keeps_the_id_and_the_other_says_where_it_came_from():
    world = World({("a", "b"): 0.99, ("b", "c"): 0.97})
    before = world.day("a", "b", "c")
    after = world.day(decided=[("d1", "b", "c", "cannot_link")])
    assert (after["a"], after["b"]) == (before["a"], before["a"])
    assert after["c"] != before["a"]
    issued = world.journal.rows(REDIRECTS).to_pylist()[-1]
    assert (issued["customer_id"], issued["split_from_id"]) == (after["c"], before["a"])


def test_an_unmerge_brings_back_both_ids_and_the_history_still_says_that_they_were_one():
    world = World(FAMILIES)
    before = world.day("x1", "x2", "y1", "y2")
    world.day(decided=[MERGED])
    after = world.day(decided=[PARTED])
    assert after == before
    assert world.means(before["y1"], 1) == [before["x1"]]
    assert world.means(before["y1"], 2) == [before["y1"]]
    changes = [row["change"] for row in world.journal.rows(MEMBERSHIPS).to_pylist() if row["record_key"] == "y1"]
    assert sorted(changes) == ["left", "opened", "opened", "opened", "redirected"]


@pytest.mark.parametrize("seed", [1, 2])
def test_after_an_unmerge_everything_is_as_if_the_merge_had_not_been(seed):
    """Records came and changed meanwhile; with records that went meanwhile the merged customer goes on."""
    draw = random.Random(seed)
    names = [f"{family}{number}:{version}" for family in "xyz" for number in range(1, 5) for version in "01"]
    known = {("x1", "x2"): 0.99, ("y1", "y2"): 0.99}
    others = ["x1", "x2", "x3", "x4", "y3", "z1"]
    known |= {tuple(sorted(draw.sample(others, 2))): 0.98 for _ in range(3)}
    known |= {("y1", "y4"): 0.97, ("y2", "z2"): 0.97, ("z3", "z4"): "rule:tax_id"}
    days = [draw.sample(names, 6) for _ in range(2)]
    worlds = []
    for is_merged in (False, True):
        world = World(known)
        world.day("x1", "x2", "y1", "y2")
        world.day(decided=[MERGED] if is_merged else [])
        for came in days:
            world.day(*came)
        worlds.append(world.day(decided=[PARTED]))
    assert len(set(worlds[0].values())) > 2
    assert worlds[0] == worlds[1]


def test_a_customer_keeps_its_id_when_its_founding_record_is_deleted():
    world = World(FAMILIES)
    before = world.day("x1", "x2")
    assert world.day(gone=["x1"]) == {"x2": before["x1"]}


def test_a_founding_record_that_comes_back_apart_gets_a_new_id_and_takes_none_away():
    world = World(FAMILIES)
    before = world.day("x1", "x2")
    world.day(gone=["x1"])
    after = world.day("x1", decided=[("d1", "x1", "x2", "cannot_link")])
    assert after["x2"] == before["x1"]
    assert after["x1"] not in before.values()


def test_the_id_of_a_customer_without_records_means_nobody_and_comes_back_with_its_record():
    world = World({})
    customer = world.day("x1")["x1"]
    assert world.day(gone=["x1"]) == {}
    assert world.means(customer) == []
    assert world.means(customer, 0) == [customer]
    assert world.day() == {"x1": customer}
    assert world.means(customer) == [customer]


def test_a_retired_id_whose_record_comes_back_as_part_of_a_customer_leads_to_that_customer():
    world = World({("a", "b"): 0.99})
    first = world.day("a")["a"]
    second = world.day("b", gone=["a"])["b"]
    assert world.day() == {"a": second, "b": second}
    assert world.means(first) == [second]


def test_ids_merged_one_after_the_other_all_lead_to_the_oldest():
    world = World({})
    ids = [world.day(name)[name] for name in ("c", "b", "a")]
    world.day(decided=[("d1", "a", "b", "must_link")])
    world.day(decided=[("d2", "b", "c", "must_link")])
    assert [world.means(one) for one in ids] == [[ids[0]]] * 3
    assert world.means(ids[2], 3) == [ids[1]]


def test_a_redirected_id_whose_records_part_means_the_customer_it_leads_to_and_then_the_other():
    world = World({("y1", "y2"): 0.99})
    first = world.day("x1")["x1"]
    second = world.day("y1", "y2")["y1"]
    world.day(decided=[("d1", "x1", "y1", "must_link")])
    now = world.day(decided=[("d2", "y1", "y2", "cannot_link")])
    assert (now["y1"], now["x1"]) == (first, first)
    assert world.means(second) == [first, now["y2"]]
    periods = [row for row in memberships(world.journal).to_pylist() if row["record_key"] == "y2"]
    assert [(row["customer_id"], row["valid_from"], row["valid_to"]) for row in periods] == [
        (second, day_of(1), day_of(2)),
        (first, day_of(2), day_of(3)),
        (now["y2"], day_of(3), None),
    ]


def test_an_unmerged_id_comes_back_for_the_next_record_when_its_founding_record_went_meanwhile():
    world = World(FAMILIES)
    before = world.day("x1", "x2", "y1", "y2")
    world.day(decided=[("d1", "x1", "y2", "must_link")])
    world.day(gone=["y1"])
    after = world.day(gone=["y1"], decided=[("d2", "x1", "y2", "cannot_link")])
    assert after == {key: customer for key, customer in before.items() if key != "y1"}


def test_a_record_that_moves_to_another_customer_takes_no_id_along():
    world = World({("a1", "a2"): 0.99, ("b1", "b2"): 0.99})
    before = world.day("a1", "a2", "b1", "b2")
    moved = [("d1", "a1", "a2", "cannot_link"), ("d2", "a2", "b1", "must_link")]
    after = world.day(decided=moved)
    assert after == before | {"a2": before["b1"]}


def test_an_id_that_leads_elsewhere_is_not_recorded_again_when_nothing_about_it_changes():
    world = World(FAMILIES)
    world.day("x1", "x2", "y1", "y2", decided=[])
    world.day(decided=[MERGED])
    before = world.journal.rows(REDIRECTS).num_rows
    world.day("x1:changed", "y2:changed")
    assert world.journal.rows(REDIRECTS).num_rows == before == 3


def test_who_joined_first_stays_first_over_a_merge_and_an_unmerge():
    world = World({("y0", "y1"): 0.99})
    world.day("x1")
    customer = world.day("y1")["y1"]
    world.rows["y0"] = ("y0", 0, "delivered late, of an earlier date")
    world.day()
    world.day(decided=[("d1", "x1", "y1", "must_link")])
    assert world.day(decided=[("d2", "x1", "y1", "cannot_link")])["y1"] == customer
    after = world.day(decided=[("d3", "y0", "y1", "cannot_link")])
    assert after["y1"] == customer != after["y0"]


def test_a_retired_id_does_not_come_back_for_a_record_that_had_left_it_before():
    world = World(FAMILIES)
    first = world.day("x1", "x2")["x1"]
    world.day(gone=["x1"])
    own = world.day(decided=[("d1", "x1", "x2", "cannot_link")])["x1"]
    world.day(gone=["x2"])
    assert world.day("x1:changed", gone=["x2"]) == {"x1": own}
    assert world.means(first) == []


def test_each_membership_says_why():
    world = World({("a", "b"): 0.97, ("b", "c"): "rule:tax_id", ("a", "c"): 0.96})
    world.day("a", "b", "c", "d")
    why = {row["record_key"]: row for row in world.journal.rows(MEMBERSHIPS).to_pylist()}
    assert [why[key]["reason"] for key in "abcd"] == ["founder", "rule:tax_id", "rule:tax_id", "founder"]
    assert (why["b"]["linked_to"], why["b"]["model_version"], why["b"]["evidence"]) == ("c", "m1", '{"name": 3}')
    world.day(decided=[("d1", "a", "d", "must_link")])
    joined = [row for row in world.journal.rows(MEMBERSHIPS).to_pylist() if row["record_key"] == "d"][1:]
    assert {(row["change"], row["reason"], row["linked_to"]) for row in joined} == {
        ("redirected", None, None),
        ("opened", "must_link", "a"),
    }


def test_an_older_id_that_came_back_into_a_younger_customer_does_not_take_it_over_later():
    world = World({("a", "b"): 0.99})
    first = world.day("a")["a"]
    second = world.day("b", gone=["a"])["b"]
    world.day()
    assert world.day("a:changed", "b:changed") == {"a": second, "b": second}
    assert world.means(first) == [second]


def test_a_link_to_another_customer_is_no_reason():
    world = World({("a", "d"): 0.96, ("b", "d"): 0.99, ("b", "c"): 0.995})
    now = world.day("a", "b", "c", "d", decided=[("d1", "c", "d", "cannot_link")])
    assert now["a"] == now["d"] != now["b"] == now["c"]
    why = {row["record_key"]: (row["linked_to"], row["score"]) for row in world.journal.rows(MEMBERSHIPS).to_pylist()}
    assert why["d"] == ("a", 0.96)
