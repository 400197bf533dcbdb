"""Learns a model from records alone: u on random pairs, m by expectation maximisation, term frequencies counted."""

from typing import Any

import duckdb
import pyarrow as pa

from spark_jobs.identity.matching.comparisons import Parameters, is_null, settings_of
from spark_jobs.identity.matching.definition import Definition
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.table import checked

DIGITS = 12
"""Decimals of a frozen probability."""


def train(records: pa.Table, definition: Definition) -> FrozenModel:
    """The model as learnt from these records, without any truth; the same for any order of records and any machine.

    One thread adds up fractions, so that sums do not depend on the order in which threads finish.
    """
    with duckdb.connect() as connection:
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
            SELECT * FROM every_record ORDER BY md5('{definition.training.seed}' || record_key), record_key LIMIT {limit}
        ) ORDER BY record_key"""


def _trained_linker(connection: duckdb.DuckDBPyConnection, sample: pa.Table, definition: Definition) -> Any:
    from splink import DuckDBAPI, Linker, block_on

    api, wanted = DuckDBAPI(connection), definition.training
    linker = Linker(api.register(sample, table_name="sample_records"), settings_of(definition), log_level=None)
    learn = linker.training
    learn.estimate_probability_two_random_records_match([block_on(*one) for one in wanted.prior], recall=wanted.recall)
    learn.estimate_u_using_random_sampling(max_pairs=wanted.pairs, seed=wanted.seed, min_count_per_level=None)
    connection.execute("SET threads = 1")
    for block in wanted.expectation:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*block), max_pairs=wanted.pairs)
    return linker


def _parameters(linker: Any, definition: Definition) -> Parameters:
    found = {}
    for declared, one in zip(definition.comparisons, linker._settings_obj.comparisons, strict=True):
        levels = one._comparison_levels_excluding_null
        assert len(levels) == 1 + sum(not is_null(level) for level in declared.levels)
        found[declared.name] = {
            "m": [_known(level.m_probability) for level in levels],
            "u": [_known(level.u_probability) for level in levels],
        }
    return found


def _known(probability: Any) -> float | None:
    """None where no pair was seen: Splink then gives the level its default."""
    return round(float(probability), DIGITS) if isinstance(probability, int | float) else None


def _frequencies(connection: duckdb.DuckDBPyConnection, column: str) -> pa.Table:
    sql = f"""
        SELECT {column} AS value, round(count(*) / sum(count(*)) OVER (), 12) AS tf
        FROM every_record WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY {column}"""
    return connection.sql(sql).to_arrow_table()
