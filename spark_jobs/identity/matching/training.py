"""Learns a model from records alone: u on random pairs, m by expectation maximisation, term frequencies counted."""

import logging
from typing import Any

import duckdb
import pyarrow as pa

from spark_jobs.identity.matching.comparisons import Parameters, is_null, settings_of
from spark_jobs.identity.matching.definition import Definition
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.table import checked, connect

DIGITS = 12
"""Decimals of a frozen probability."""


def train(records: pa.Table, definition: Definition, threads: int | None = None) -> FrozenModel:
    """The model as learnt from these records, without any truth; the same for any order of records and any machine.

    Raises ValueError where the records hold no pairs to learn from; a model frozen elsewhere then serves.
    One thread adds up fractions, so that sums do not depend on the order in which threads finish.
    """
    with connect(threads) as connection:
        every = checked(records, definition)
        connection.register("every_record", every)
        sample = connection.sql(_sample_sql(definition, every.num_rows)).to_arrow_table()
        linker = _trained_linker(connection, sample, definition)
        return FrozenModel(
            definition=definition,
            prior=round(linker._settings_obj._probability_two_random_records_match, DIGITS),
            parameters=_parameters(linker, definition),
            term_frequencies={name: _frequencies(connection, name) for name in definition.term_frequency_columns},
            records=every.num_rows,
        )


def _sample_sql(definition: Definition, rows: int) -> str:
    """The records with the smallest hashes of seed and key."""
    limit = min(rows, definition.training.records)
    return f"""
        SELECT * FROM (
            SELECT * FROM every_record
            ORDER BY md5('{definition.training.seed}' || record_key), record_key LIMIT {limit}
        ) ORDER BY record_key"""


def _trained_linker(connection: duckdb.DuckDBPyConnection, sample: pa.Table, definition: Definition) -> Any:
    from splink import DuckDBAPI, Linker, block_on
    from splink.internals.exceptions import SplinkException

    logging.getLogger("splink").setLevel(logging.ERROR)
    api, wanted = DuckDBAPI(connection), definition.training
    linker = Linker(api.register(sample, table_name="sample_records"), settings_of(definition), log_level=None)
    learn = linker.training
    learn.estimate_probability_two_random_records_match([block_on(*one) for one in wanted.prior], recall=wanted.recall)
    learn.estimate_u_using_random_sampling(max_pairs=wanted.pairs, seed=wanted.seed, min_count_per_level=None)
    connection.execute("SET threads = 1")
    for block in wanted.expectation:
        try:
            learn.estimate_parameters_using_expectation_maximisation(_block(block, definition), max_pairs=wanted.pairs)
        except (ValueError, SplinkException) as problem:
            agreed = ", ".join(block)
            raise ValueError(
                f"No pairs agree on {agreed}: {definition.name} has nothing to learn from here."
            ) from problem
    return linker


def _block(columns: tuple[str, ...], definition: Definition) -> str:
    """Pairs that agree on the columns and may be one party: those declared distinct would teach the wrong thing."""
    agree = [f"l.{column} = r.{column}" for column in columns]
    return " AND ".join([*agree, *(f"NOT coalesce({one.where}, FALSE)" for one in definition.distinct)])


def _parameters(linker: Any, definition: Definition) -> Parameters:
    found: dict[str, dict[str, list[float]]] = {}
    least_u = 1 / definition.training.pairs
    for declared, one in zip(definition.comparisons, linker._settings_obj.comparisons, strict=True):
        levels = one._comparison_levels_excluding_null
        assert len(levels) == 1 + sum(not is_null(level) for level in declared.levels)
        found[declared.name] = {
            "m": [_known(level.m_probability, level._m_is_trained, definition.training.least_m) for level in levels],
            "u": [_known(level.u_probability, level._u_is_trained, least_u) for level in levels],
        }
    return found


def _known(probability: Any, is_trained: bool, least: float) -> float:
    """What was learnt or declared; `least` where no pair reached the level, or hardly any."""
    return round(max(float(probability), least), DIGITS) if is_trained else least


def _frequencies(connection: duckdb.DuckDBPyConnection, column: str) -> pa.Table:
    sql = f"""
        SELECT {column} AS value, round(count(*) / sum(count(*)) OVER (), 12) AS tf
        FROM every_record WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY {column}"""
    return connection.sql(sql).to_arrow_table()
