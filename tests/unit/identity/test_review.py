"""Which pairs stewards see, and in which order."""

from decimal import Decimal

import pyarrow as pa

from spark_jobs.identity import daily
from spark_jobs.identity.day import run_day
from spark_jobs.identity.inputs import Day
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.reading import queue
from tests.unit.identity._bank import Memory, by_table, day_of, decisions, records


def amounts(**known):
    return pa.table({"record_key": list(known), "amount": pa.array(map(Decimal, known.values()), pa.decimal128(20, 4))})


def queued(known, names="abcdef", decided=(), policy=None, **amount):
    journal = Journal(Memory())
    rows = records(*((name, 0, 1) for name in names))
    day = Day(day_of(0), rows, decisions(*decided), amounts(**amount))
    run_day(journal, day, by_table(known), policy or Policy())
    return queue(journal).to_pylist()


def test_pairs_near_the_threshold_come_ranked_by_the_value_of_both_customers():
    known = {("a", "b"): 0.8, ("c", "d"): 0.9, ("e", "f"): 0.979}
    rows = queued(known, a=1, b=2, c=10, d=20, e=5, f=7)
    assert [(row["left_key"], row["right_key"], row["value_at_stake_amount"]) for row in rows] == [
        ("c", "d", Decimal(30)),
        ("e", "f", Decimal(12)),
        ("a", "b", Decimal(3)),
    ]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert rows[1]["left_customer_id"] == rows[1]["right_customer_id"]
    assert (rows[0]["evidence"], rows[0]["why"]) == ('{"name": 3}', "near")


def test_pairs_outside_the_band_rules_and_decided_pairs_are_not_queued():
    known = {("a", "b"): 0.79, ("b", "c"): 0.98, ("c", "d"): "rule:tax_id", ("e", "f"): 0.9}
    assert queued(known, decided=[("d1", "e", "f", "cannot_link", 0)]) == []


def test_without_amounts_the_pair_nearest_the_threshold_comes_first():
    rows = queued({("a", "b"): 0.81, ("c", "d"): 0.94})
    assert [row["left_key"] for row in rows] == ["c", "a"]


def test_a_link_that_a_decision_in_between_rules_out_is_queued():
    known = {("a", "b"): 0.995, ("b", "c"): 0.99}
    rows = queued(known, "abc", [("d1", "a", "c", "cannot_link", 0)])
    assert [(row["left_key"], row["right_key"], row["why"]) for row in rows] == [("b", "c", "parted")]


def test_a_pair_that_a_steward_parted_is_not_asked_about_again():
    assert queued({("a", "b"): 0.99}, "ab", [("d1", "a", "b", "cannot_link", 0)]) == []


def test_must_links_that_contradict_a_cannot_link_are_queued():
    decided = [("d1", "a", "b", "must_link", 0), ("d2", "b", "c", "must_link", 1), ("d3", "a", "c", "cannot_link", 0)]
    assert [(row["left_key"], row["why"]) for row in queued({}, "abc", decided)] == [("a", "contradiction")]


def test_a_link_that_a_held_cluster_sets_aside_is_queued():
    chain = dict.fromkeys(zip("abcde", "bcdef", strict=True), 0.985)
    rows = queued(chain, policy=Policy(thin_from=5, least_density=0.5))
    assert {row["why"] for row in rows} == {"parted"}
    assert len(rows) == 5


def test_the_queue_keeps_the_declared_number_of_rows():
    rows = queued({("a", "b"): 0.9, ("c", "d"): 0.9}, policy=Policy(queue_rows=1), c=1)
    assert [row["left_key"] for row in rows] == ["c"]


def test_a_pair_that_the_model_caps_for_a_steward_is_not_joined_by_the_ledger():
    definition, policy = load_definition(daily.MODEL), daily.bank_policy()
    assert max(one.at_most for one in definition.contradictions) < policy.threshold
    assert policy.threshold == policy.review_to == definition.thresholds.merge
    assert policy.threshold < min(policy.stricter) < 1
