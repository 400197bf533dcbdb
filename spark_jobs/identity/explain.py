"""How a match came about: the weights that a pair of records adds up, and the links that hold a customer together.

Names of comparisons and levels, weights and record keys: no value of a record.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.engine import query
from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.pairs import pairs_sql
from spark_jobs.identity.matching.scoring import linker_of
from spark_jobs.identity.matching.table import checked
from spark_jobs.identity.partition import links_of
from spark_jobs.identity.policy import Policy
from spark_jobs.identity.standing import Standing


@dataclass(frozen=True, slots=True)
class Weight:
    """One step on the way to the final weight, in log2 odds: `prior`, a comparison, or how rare its value is."""

    name: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A pair of records as a frozen model sees it.

    `score` is what an edge would say: 1 by a rule, else the probability, at most that of a contradiction. `verdict` is
    `rule:<name>`, `score`, `score, contradiction:<name>`, `distinct:<name>` or `not compared` (no rule and no block
    finds the pair); of the last two there is no edge.
    """

    left_key: str
    right_key: str
    model_version: str
    weights: tuple[Weight, ...]
    weight: float
    probability: float
    score: float
    verdict: str


def explain_pair(records: pa.Table, model: FrozenModel, left_key: str, right_key: str) -> Explanation:
    """The prior, the weight of each level reached and the final probability of two records.

    Compares them whether or not a rule or a block would. Raises LookupError when a record is not there, ValueError as
    `checked` does or when both keys are the same.
    """
    left, right = sorted((left_key, right_key))
    if left == right:
        raise ValueError("A record is not compared with itself.")
    pair = checked(records.filter(pc.is_in(records["record_key"], pa.array([left, right]))), model.definition)
    if missing := {left, right} - set(pair["record_key"].to_pylist()):
        raise LookupError(f"No record {', '.join(sorted(missing))}.")
    with in_duckdb() as backend:
        backend.add("records", pair)
        backend.add("pairs", pa.table({"left_key": [left], "right_key": [right]}))
        linker = linker_of(backend, model, retain_intermediate_calculation_columns=True)
        found = linker.inference.predict(warning_mode="never").as_record_list()
        steps = linker.visualisations.waterfall_chart(found, remove_sensitive_data=True).chart_data
        decided = backend.rows(pairs_sql(model.definition)).to_pylist()
        distinct = [one.name for one in model.definition.distinct if backend.rows(_holds(one.where)).num_rows]
    probability = round(found[0]["match_probability"], 9)
    verdict, score = _verdict(model, decided, distinct, probability)
    weights = tuple(weight for step in steps if (weight := _weight(step)))
    return Explanation(left, right, model.version, weights, found[0]["match_weight"], probability, score, verdict)


def _holds(condition: str) -> str:
    return f"SELECT 1 FROM records AS l JOIN records AS r ON l.record_key < r.record_key WHERE {condition}"


def _weight(step: dict[str, object]) -> Weight | None:
    """A step of Splink's waterfall; None for the final score and for rarity that changes nothing."""
    name, level, weight = (step[field] for field in ("column_name", "label_for_charts", "log2_bayes_factor"))
    if name == "Prior":
        return Weight("prior", "two random records", float(str(weight)))
    if name == "Final score" or (step["term_frequency_adjustment"] and not weight):
        return None
    if step["term_frequency_adjustment"]:
        return Weight(str(name).removeprefix("tf_"), "how rare the value is", float(str(weight)))
    return Weight(str(name), str(level), float(str(weight)))


def _verdict(
    model: FrozenModel, decided: list[dict[str, Any]], distinct: list[str], probability: float
) -> tuple[str, float]:
    if distinct:
        return f"distinct:{distinct[0]}", 0.0
    if not decided:
        return "not compared", 0.0
    rule, contradiction = decided[0]["rule"], decided[0]["contradiction"]
    if rule is not None:
        return f"rule:{model.definition.rules[rule].name}", 1.0
    for one in model.definition.contradictions:
        if one.name == contradiction:
            return f"score, contradiction:{one.name}", min(probability, one.at_most)
    return "score", probability


BONDS = """
select left_key, right_key, reason, score, tier is not null as is_link
from (
    select left_key, right_key, reason, score from edges
    union
    select left_key, right_key, reason, null from links where tier = 2
) as every
left join (select left_key, right_key, reason, tier from links) as counted using (left_key, right_key, reason)
semi join members as one on left_key = one.record_key
semi join members as two on right_key = two.record_key
order by left_key, right_key, reason
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The records of a customer, and a row per edge between them: left_key, right_key, reason, score, is_link."""

    customer_id: str
    record_keys: tuple[str, ...]
    bonds: pa.Table


def explain_cluster(standing: Standing, policy: Policy, customer_id: str) -> Cluster:
    """What holds a present customer together; links count, other edges were found and do not.

    Raises LookupError when no record belongs to that customer now.
    """
    is_member = (pc.field("customer_id") == customer_id) & (pc.field("change") == "opened")
    members = standing.claims.filter(is_member).select(["record_key"]).sort_by("record_key")
    if not members.num_rows:
        raise LookupError(f"No record belongs to customer {customer_id} now.")
    links = links_of(standing.edges, standing.decisions, policy)
    bonds = query(BONDS, edges=standing.edges, links=links, members=members)
    return Cluster(customer_id, tuple(members["record_key"].to_pylist()), bonds)
