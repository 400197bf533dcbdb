"""SQL that makes edges of scored pairs, in DuckDB's words; a backend translates it."""

import pyarrow as pa

from spark_jobs.identity.matching.comparisons import evidence_sql
from spark_jobs.identity.matching.frozen import FrozenModel

EDGE_SCHEMA = pa.schema([
    ("left_key", pa.string()),
    ("right_key", pa.string()),
    ("reason", pa.string()),
    ("score", pa.float64()),
    ("weight", pa.float64()),
    ("model_version", pa.string()),
    ("evidence", pa.string()),
])  # fmt: skip
"""One row per pair, left_key < right_key, in order of keys.

`reason` is `rule:<name>` (score 1) or `score`; `score` is the match probability to 9 decimals; `weight` its log2 odds
to 4 decimals, which still tells pairs apart where the probability is 1; `evidence` names a level per comparison.
"""

TOUCHED = """
SELECT * FROM records WHERE record_key IN (SELECT left_key FROM pairs UNION SELECT right_key FROM pairs)"""
"""Records of the pairs: what Splink looks at."""
BLOCKED = "SELECT '0' AS match_key, left_key AS join_key_l, right_key AS join_key_r FROM pairs"
"""The pairs, as Splink wants those that it is given."""


def lookup_sql(model: FrozenModel, column: str) -> str:
    """Frozen frequencies (`frozen_<column>`) of the values at hand; a value never seen is as rare as one record."""
    return f"""
        SELECT held.{column}, coalesce(frozen.tf, {1 / max(model.records, 1):.12f}::DOUBLE) AS tf_{column}
        FROM (SELECT DISTINCT {column} FROM touched WHERE {column} IS NOT NULL) AS held
        LEFT JOIN frozen_{column} AS frozen ON frozen.value = held.{column}"""


def edges_sql(model: FrozenModel, predictions: str) -> str:
    """EDGE_SCHEMA of the tables `pairs` and `predictions`, Splink's."""
    names = " ".join(f"WHEN {at} THEN 'rule:{rule.name}'" for at, rule in enumerate(model.definition.rules))
    reason = f"CASE pairs.rule {names} ELSE 'score' END" if names else "'score'"
    caps = " ".join(f"WHEN '{one.name}' THEN {one.at_most}" for one in model.definition.contradictions)
    cap = f"CASE pairs.contradiction {caps} ELSE 1.0 END" if caps else "1.0"
    score = f"least(round(match_probability, 9), {cap})"
    return f"""
        SELECT pairs.left_key, pairs.right_key, {reason} AS reason,
            CASE WHEN pairs.rule IS NOT NULL THEN 1.0 ELSE {score} END AS score,
            round(match_weight, 4) AS weight, '{model.version}' AS model_version,
            {evidence_sql(model.definition)} AS evidence
        FROM pairs JOIN {predictions} AS scored
            ON scored.record_key_l = pairs.left_key AND scored.record_key_r = pairs.right_key
        WHERE pairs.rule IS NOT NULL OR {score} >= {model.definition.thresholds.keep}
        ORDER BY pairs.left_key, pairs.right_key"""
