"""Scores pairs of records with a frozen model: edges, the same for any order of records and any number of threads."""

from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from spark_jobs.identity.matching.comparisons import evidence_sql, settings_of
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.pairs import pairs_sql
from spark_jobs.identity.matching.table import checked, connect

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


def match(records: pa.Table, model: FrozenModel, threads: int | None = None) -> pa.Table:
    """Edges among the records. Raises ValueError as `checked` does."""
    with connect(threads) as connection:
        connection.register("records", checked(records, model.definition))
        return _edges(connection, model, pairs_sql(model.definition))


def match_new(
    new_records: pa.Table, standing_records: pa.Table, model: FrozenModel, threads: int | None = None
) -> pa.Table:
    """Edges of new records with standing ones and among themselves; a new version replaces the standing record."""
    new = checked(new_records, model.definition)
    with connect(threads) as connection:
        connection.register("new_records", new)
        connection.register("standing_records", checked(standing_records, model.definition))
        connection.execute("""
            CREATE TEMP VIEW records AS SELECT * FROM new_records UNION ALL
            SELECT * FROM standing_records WHERE record_key NOT IN (SELECT record_key FROM new_records)""")
        return _edges(connection, model, pairs_sql(model.definition, is_incremental=True))


def _edges(connection: duckdb.DuckDBPyConnection, model: FrozenModel, pairs: str) -> pa.Table:
    connection.execute(f"CREATE TABLE pairs AS {pairs}")
    predictions = linker_of(connection, model).inference.predict(warning_mode="never").physical_name
    return connection.sql(_edges_sql(model, predictions)).to_arrow_table().cast(EDGE_SCHEMA)


def linker_of(connection: duckdb.DuckDBPyConnection, model: FrozenModel, **settings: Any) -> Any:
    """Splink's linker over the tables `records` and `pairs` (left_key, right_key), which predicts those pairs.

    `settings` replace settings of Splink's by their names.
    """
    from splink import DuckDBAPI, Linker

    connection.execute("""
        CREATE TABLE touched AS SELECT * FROM records
        WHERE record_key IN (SELECT left_key FROM pairs UNION SELECT right_key FROM pairs)""")
    connection.execute("""
        CREATE TABLE blocked AS SELECT '0' AS match_key, left_key AS join_key_l, right_key AS join_key_r FROM pairs""")
    api = DuckDBAPI(connection)
    declared = replace(settings_of(model.definition, model.parameters, model.prior), **settings)
    linker = Linker(api.register("touched"), declared, log_level=None)
    for column in model.definition.term_frequency_columns:
        linker.table_management.register_term_frequency_lookup(_lookup(api, connection, model, column), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    return linker


def _lookup(api: Any, connection: duckdb.DuckDBPyConnection, model: FrozenModel, column: str) -> Any:
    """Frozen frequencies of the values at hand; a value never seen is as rare as one record."""
    connection.register(f"frozen_{column}", model.term_frequencies[column])
    connection.execute(f"""
        CREATE TABLE lookup_{column} AS
        SELECT held.{column}, coalesce(frozen.tf, {1 / max(model.records, 1):.12f}::DOUBLE) AS tf_{column}
        FROM (SELECT DISTINCT {column} FROM touched WHERE {column} IS NOT NULL) AS held
        LEFT JOIN frozen_{column} AS frozen ON frozen.value = held.{column}""")
    return api.register(f"lookup_{column}")


def _edges_sql(model: FrozenModel, predictions: str) -> str:
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
