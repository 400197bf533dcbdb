"""Edges: by rules, by scores, for new records, whatever the order of records and the number of threads."""

import json
import math
from dataclasses import replace
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from spark_jobs.identity.matching.apart import apart_pairs
from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.definition import Definition
from spark_jobs.identity.matching.scoring import match, match_new
from spark_jobs.identity.matching.table import connect
from spark_jobs.identity.matching.training import train
from tests.unit.identity.small_town import DEFINITION, model, people, town

ANNA = {"given": "anna", "family": "meier", "born": "1980-01-02", "emails": ["a@example.org"]}


def reasons(*rows):
    """(left, right) -> reason of the edges among the records, named a, b, c ..."""
    keyed = [dict(row, record_key=name) for row, name in zip(rows, "abcdef", strict=False)]
    found = match(people(*keyed), model()).to_pylist()
    return {(one["left_key"], one["right_key"]): one["reason"] for one in found}


def permuted(records):
    return records.take(pa.array([(place * 7 + 3) % records.num_rows for place in range(records.num_rows)]))


def test_a_rule_makes_an_edge_that_says_its_name():
    assert reasons(ANNA, dict(ANNA, family="huber")) == {("a", "b"): "rule:email"}


def test_a_rule_holds_only_where_its_condition_does():
    assert reasons(ANNA, dict(ANNA, given="beat", family="huber", born="1950-06-07")) == {}


def test_lists_of_two_kinds_agree_on_any_of_each_kind_in_whatever_order():
    both = {"name": "both", "agree": ["unnest(emails)", "unnest(kin)"]}
    changed = Definition(**DEFINITION.model_dump() | {"rules": [both], "distinct": [], "contradictions": []})
    two = people(
        {"record_key": "a", "emails": ["1@x.org", "2@x.org"], "kin": ["i", "k"]},
        {"record_key": "b", "emails": ["2@x.org"], "kin": ["i"]},
    )
    (edge,) = match(two, replace(model(), definition=changed)).to_pylist()
    assert edge["reason"] == "rule:both"


def test_records_without_a_common_identifier_are_scored():
    assert reasons(ANNA, dict(ANNA, emails=None)) == {("a", "b"): "score"}


def test_missing_values_agree_with_nothing():
    nobody = {"given": None, "family": None, "born": None}
    assert reasons(nobody, nobody) == {}


def test_those_declared_distinct_are_never_one_whatever_else_agrees():
    assert reasons(ANNA, dict(ANNA, kin=["a"])) == {}


def test_those_declared_distinct_are_told_where_a_third_would_join_them():
    a, b, c = dict(ANNA, record_key="a", kin=["c"]), dict(ANNA, record_key="b"), dict(ANNA, record_key="c")
    records = people(a, b, c)
    edges = match(records, model())
    assert [(one["left_key"], one["right_key"]) for one in edges.to_pylist()] == [("a", "b"), ("b", "c")]
    assert apart_pairs(records, edges, DEFINITION).to_pylist() == [
        {"left_key": "a", "right_key": "c", "reason": "distinct:kin"}
    ]


def test_a_contradiction_keeps_a_score_from_merging_and_is_told():
    alike = dict(ANNA, emails=None, born="1980-01-02")
    two = people(dict(alike, record_key="a", phone="1"), dict(alike, record_key="b", phone="2"))
    (edge,) = match(two, model()).to_pylist()
    assert (edge["score"], json.loads(edge["evidence"])["contradiction"]) == (0.5, "other_phone")


def test_an_edge_tells_levels_and_no_value():
    two = people(dict(ANNA, record_key="a"), dict(ANNA, record_key="b", given="anne", emails=None))
    (edge,) = match(two, model()).to_pylist()
    assert json.loads(edge["evidence"]) == {"given": "levenshtein 1", "family": "exact", "born": "exact"}
    assert edge["model_version"] == model().version
    assert edge["score"] == round(edge["score"], 9)


def test_most_of_the_town_is_found_and_hardly_anybody_else():
    found = {(one["left_key"], one["right_key"]) for one in match(town(), model()).to_pylist() if one["score"] > 0.9}
    right = {pair for pair in found if pair[0].split("|")[1] == pair[1].split("|")[1]}
    assert len(right) >= 50
    assert len(found - right) <= 3


def test_order_of_records_and_threads_change_nothing():
    expected = match(town(), model(), partial(in_duckdb, 1))
    assert expected.num_rows > 50
    assert match(permuted(town()), model(), partial(in_duckdb, 2)).equals(expected)
    assert train(permuted(town()), DEFINITION, threads=2).version == model().version


def test_clear_values_do_not_spill_to_disk():
    with connect() as connection:
        assert connection.sql("SELECT current_setting('temp_directory')").fetchall() == [("",)]


@pytest.mark.parametrize("share", [1, 7, 50])
def test_new_records_get_the_edges_that_a_full_run_gives_them(share):
    is_new = pa.array([place % 100 < share for place in range(town().num_rows)])
    new, standing = town().filter(is_new), town().filter(pc.invert(is_new))
    every = match(town(), model())
    touches = pc.or_(*(pc.is_in(every[end], new["record_key"].combine_chunks()) for end in ("left_key", "right_key")))
    assert 0 < every.filter(touches).num_rows < every.num_rows
    assert match_new(new, standing, model()).equals(every.filter(touches))


def test_a_new_version_of_a_record_replaces_the_standing_one():
    standing = people(dict(ANNA, record_key="a"), dict(ANNA, record_key="b"))
    moved = people({"record_key": "b", "given": "tina", "family": "ott", "born": "1955-05-05"})
    assert match(standing, model()).num_rows == 1
    assert match_new(moved, standing, model()).num_rows == 0


def test_of_a_record_in_two_versions_only_the_new_one_is_compared():
    standing = people(dict(ANNA, record_key="a"), dict(ANNA, record_key="b", emails=None))
    (edge,) = match_new(people(dict(ANNA, record_key="b", born="1980-01-03")), standing, model()).to_pylist()
    assert json.loads(edge["evidence"])["born"] == "damerau_levenshtein 1"


def test_a_name_that_nobody_had_when_the_model_was_trained_weighs_as_a_rare_one():
    weights = {}
    for given in ("anna", "zebulon"):
        alike = {"given": given, "family": "meier", "born": "1980-01-02"}
        (edge,) = match(people(dict(alike, record_key="a"), dict(alike, record_key="b")), model()).to_pylist()
        weights[given] = edge["weight"]
    share = model().term_frequencies["given"].to_pylist()
    anna = next(row["tf"] for row in share if row["value"] == "anna")
    assert weights["zebulon"] - weights["anna"] == pytest.approx(math.log2(anna * model().records), abs=0.001)


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        (people(dict(ANNA, record_key="a"), dict(ANNA, record_key="a")), "occurs twice"),
        (people(dict(ANNA, record_key=None)), "missing or occurs"),
        (town().drop_columns(["born"]), "has no born"),
    ],
)
def test_a_table_that_is_no_record_table_is_refused(records, problem):
    with pytest.raises(ValueError, match=problem):
        match(records, model())
