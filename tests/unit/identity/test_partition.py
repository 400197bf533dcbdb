"""Which records are one customer, for any order of input."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_jobs.identity.clusters import RULE, SCORE, Link, settle
from spark_jobs.identity.decisions import standing_decisions
from spark_jobs.identity.partition import links_of, partition, reach
from spark_jobs.identity.policy import Policy
from tests.unit.identity._bank import decisions, edges

POLICY = Policy(largest_cluster=6, thin_from=5, least_density=0.5)


def parts(keys, found, decided=(), policy=POLICY):
    """The partition as sets of keys, each with its held_reason."""
    standing = standing_decisions(decisions(*decided))
    rows = partition(pa.array(list(keys)), links_of(edges(*found), standing, policy), standing, policy).to_pylist()
    groups = {}
    for row in rows:
        groups.setdefault((row["cluster_key"], row["held_reason"]), []).append(row["record_key"])
    return {("".join(keys), reason) for (_, reason), keys in groups.items()}


def every_pair(keys, score=0.99):
    return [(one, two, score) for place, one in enumerate(keys) for two in keys[place + 1 :]]


def test_edges_from_the_threshold_on_and_rules_join_and_weaker_ones_do_not():
    found = [("a", "b", 0.95), ("b", "c", 0.949), ("c", "d", "rule:tax_id")]
    assert parts("dcba", found) == {("ab", None), ("cd", None)}


def test_an_edge_to_a_record_that_is_not_there_joins_nothing():
    assert parts("ac", [("a", "b", 0.99), ("b", "c", 0.99)]) == {("a", None), ("c", None)}


def test_no_records_have_no_parts():
    assert parts("", []) == set()


def test_must_links_join_and_cannot_links_part_whatever_the_score_and_the_rule():
    found = [("a", "b", "rule:tax_id"), ("c", "d", 0.1)]
    decided = [("d1", "a", "b", "cannot_link", 0), ("d2", "d", "c", "must_link", 0)]
    assert parts("abcd", found, decided) == {("a", None), ("b", None), ("cd", None)}


def test_the_last_decision_on_a_pair_counts_and_a_revoked_one_counts_for_nothing():
    decided = [("d1", "a", "b", "must_link", 0), ("d2", "b", "a", "cannot_link", 1)]
    assert parts("ab", [], decided) == {("a", None), ("b", None)}
    assert parts("ab", [("a", "b", 0.99)], [*decided, ("d3", "a", "b", "cannot_link", 2, True)]) == {("ab", None)}


def test_a_cannot_link_parts_a_chain_at_its_weakest_link():
    found = [("a", "b", 0.99), ("b", "c", 0.96), ("c", "d", 0.98)]
    assert parts("abcd", found, [("d1", "a", "d", "cannot_link", 0)]) == {("ab", None), ("cd", None)}


def test_of_several_edges_of_a_pair_the_strongest_counts():
    found = [("a", "b", 0.96), ("a", "b", "rule:tax_id"), ("a", "b", 0.97), ("b", "c", 0.99)]
    assert parts("abc", found, [("d1", "a", "c", "cannot_link", 0)]) == {("ab", None), ("c", None)}


def test_a_group_takes_over_whom_each_of_its_records_must_stay_apart_from():
    found = [("a", "b", 0.99), ("b", "c", 0.98), ("a", "d", 0.97)]
    assert parts("abcd", found, [("d1", "c", "d", "cannot_link", 0)]) == {("abc", None), ("d", None)}


def test_of_equal_links_the_one_with_the_larger_keys_gives_way():
    found = [("a", "b", 0.97), ("b", "c", 0.97)]
    assert parts("abc", found, [("d1", "a", "c", "cannot_link", 0)]) == {("ab", None), ("c", None)}


def test_of_must_links_that_contradict_a_cannot_link_the_later_ones_hold():
    decided = [("d1", "a", "b", "must_link", 1), ("d2", "b", "c", "must_link", 2), ("d3", "a", "c", "cannot_link", 0)]
    assert parts("abc", [], decided) == {("a", None), ("bc", None)}


def test_an_oversized_cluster_is_held_and_only_its_strong_parts_are_published():
    found = [*every_pair("abcd"), *every_pair("efgh", "rule:tax_id"), *[(a, b, 0.96) for a in "abcd" for b in "efgh"]]
    assert parts("abcdefgh", found) == {("abcd", "oversized"), ("efgh", "oversized")}


def test_a_cluster_that_is_oversized_under_every_threshold_falls_apart_into_what_rules_join():
    found = [*every_pair("abcd", "rule:tax_id"), *every_pair("efgh", "rule:tax_id"), ("a", "e", 0.999)]
    assert parts("abcdefgh", found) == {("abcd", "oversized"), ("efgh", "oversized")}


def test_a_rule_is_stronger_than_any_threshold_whatever_its_score():
    links = [Link(RULE, 0.2, 0, 1), Link(RULE, 0.2, 2, 3), Link(SCORE, 0.96, 1, 2)]
    held = settle(range(4), links, [], Policy(largest_cluster=2))
    assert {part.nodes for part in held} == {(0, 1), (2, 3)}


def test_what_stays_oversized_under_every_stricter_rule_falls_to_single_records():
    keys = "abcdefg"
    assert parts(keys, every_pair(keys, "rule:phone")) == {(key, "oversized") for key in keys}


def test_a_thin_chain_is_held_and_a_dense_cluster_is_not():
    chain = [(one, two, 0.96) for one, two in zip("abcd", "bcde", strict=True)]
    assert parts("abcde", chain) == {(key, "thin") for key in "abcde"}
    assert parts("abcde", every_pair("abcde", 0.96)) == {("abcde", None)}


def test_a_cluster_that_must_links_hold_together_is_approved():
    chain = list(zip("abcdefg", "bcdefgh", strict=True))
    decided = [(f"d{place}", one, two, "must_link", 0) for place, (one, two) in enumerate(chain)]
    assert parts("abcdefgh", [], decided) == {("abcdefgh", None)}


KEYS = "abcdefghij"
PAIRS = [(one, two) for place, one in enumerate(KEYS) for two in KEYS[place + 1 :]]
SCORES = st.sampled_from([0.9, 0.95, 0.96, 0.97, 0.99, "rule:tax_id"])


@st.composite
def populations(draw):
    linked = draw(st.lists(st.sampled_from(PAIRS), min_size=4, max_size=16, unique=True))
    found = [(*pair, draw(SCORES)) for pair in linked]
    decided = draw(st.lists(st.sampled_from(PAIRS), max_size=4, unique=True))
    kinds = [draw(st.sampled_from(["cannot_link", "cannot_link", "must_link"])) for _ in decided]
    rows = [(f"d{place}", *pair, kind, 0) for place, (pair, kind) in enumerate(zip(decided, kinds, strict=True))]
    return found, rows, draw(st.permutations(found)), draw(st.permutations(rows)), draw(st.permutations(KEYS))


@settings(max_examples=60, deadline=None)
@given(populations())
def test_the_order_of_records_edges_and_decisions_does_not_count(population):
    found, decided, other_found, other_decided, other_keys = population
    first = parts(KEYS, found, decided)
    assert sorted("".join(keys for keys, _ in first)) == list(KEYS)
    assert parts(other_keys, other_found, other_decided) == first


@settings(max_examples=60, deadline=None)
@given(populations())
def test_no_customer_holds_a_pair_that_a_steward_parted(population):
    found, decided, *_ = population
    parted = [{one, two} for _, one, two, kind, _ in decided if kind == "cannot_link"]
    assert not [keys for keys, _ in parts(KEYS, found, decided) for pair in parted if pair <= set(keys)]


@pytest.mark.parametrize("touched", ["a", "z"])
def test_links_reach_over_any_number_of_steps_and_a_record_without_links_reaches_itself(touched):
    links = edges(("a", "b", 1.0), ("b", "c", 1.0), ("x", "y", 1.0))
    reached = reach(pa.table({"record_key": [touched]}), links).column("record_key").to_pylist()
    assert reached == {"a": ["a", "b", "c"], "z": ["z"]}[touched]
