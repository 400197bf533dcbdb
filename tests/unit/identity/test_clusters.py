"""Components over edges, cut where they grow too large."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.identity.matching.clusters import cluster_quality, clusters
from spark_jobs.identity.matching.scoring import EDGE_SCHEMA


def edges(*rows):
    """Edges of (left, right, weight), or (left, right, rule's name)."""
    made = [
        (*sorted(ends), f"rule:{how}", 1.0, 9.0) if isinstance(how, str) else (*sorted(ends), "score", 0.9, how)
        for *ends, how in rows
    ]
    columns = zip(*((*row, "v1", "{}") for row in made), strict=True)
    return pa.table([list(column) for column in columns], schema=EDGE_SCHEMA)


def groups(table):
    found = {}
    for row in table.to_pylist():
        found.setdefault(row["cluster_key"], set()).add(row["record_key"])
    return found


def test_records_that_edges_hold_together_are_one_cluster_named_by_its_smallest_key():
    found = clusters(edges(("b", "c", 5.0), ("c", "a", 4.0), ("x", "y", 3.0)), 0.5, 10)
    assert groups(found) == {"a": {"a", "b", "c"}, "x": {"x", "y"}}
    assert found["record_key"].to_pylist() == ["a", "b", "c", "x", "y"]


def test_edges_below_the_threshold_do_not_count():
    assert clusters(edges(("a", "b", 5.0)), 0.95, 10).num_rows == 0


def test_a_component_that_is_too_large_is_cut_at_its_weakest_edges():
    chain = edges(("a", "b", 9.0), ("b", "c", 2.0), ("c", "d", 8.0), ("d", "e", 7.0))
    assert groups(clusters(chain, 0.5, 3)) == {"a": {"a", "b"}, "c": {"c", "d", "e"}}


def test_edges_of_one_weight_are_cut_together():
    chain = edges(("a", "b", 9.0), ("b", "c", 2.0), ("c", "d", 2.0))
    assert groups(clusters(chain, 0.5, 3)) == {"a": {"a", "b"}, "c": {"c"}, "d": {"d"}}


def test_rules_are_never_cut_and_what_they_alone_make_too_large_is_marked():
    chain = edges(("a", "b", "tax_id"), ("b", "c", "tax_id"), ("c", "d", 3.0))
    found = clusters(chain, 0.5, 2)
    assert groups(found) == {"a": {"a", "b", "c"}, "d": {"d"}}
    assert found["is_oversized"].to_pylist() == [True, True, True, False]


def test_a_chain_is_thinner_than_a_triangle():
    held = edges(("a", "b", 5.0), ("b", "c", 5.0), ("x", "y", 5.0), ("y", "z", 5.0), ("x", "z", 5.0))
    found = {row["cluster_key"]: row for row in cluster_quality(held, clusters(held, 0.5, 10)).to_pylist()}
    assert (found["a"]["edge_count"], found["a"]["density"]) == (2, 0.666667)
    assert (found["x"]["record_count"], found["x"]["density"]) == (3, 1.0)


def test_those_who_must_stay_apart_do_not_meet_through_others():
    held = edges(("a", "c", 9.0), ("b", "c", 8.0), ("b", "d", 7.0))
    apart = pa.table({"left_key": ["a"], "right_key": ["b"]})
    assert groups(clusters(held, 0.5, 10, apart)) == {"a": {"a", "c"}, "b": {"b", "d"}}
    assert groups(clusters(held, 0.5, 10)) == {"a": {"a", "b", "c", "d"}}


def test_a_rule_holds_where_a_score_must_yield():
    held = edges(("a", "c", 99.0), ("b", "c", "tax_id"))
    apart = pa.table({"left_key": ["a", "x"], "right_key": ["b", "a"]})
    assert groups(clusters(held, 0.5, 10, apart)) == {"a": {"a"}, "b": {"b", "c"}}


@given(st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(random):
    names = [f"r{number:02d}" for number in range(12)]
    rows = [(*random.sample(names, 2), float(random.randint(1, 4))) for _ in range(20)]
    rows = list({tuple(sorted(row[:2])): row for row in rows}.values())
    apart = pa.table({"left_key": ["r01", "r02"], "right_key": ["r05", "r09"]})
    first = clusters(edges(*rows), 0.5, 4, apart)
    random.shuffle(rows)
    assert clusters(edges(*rows), 0.5, 4, apart).equals(first)
    assert max(len(group) for group in groups(first).values()) <= 4
