"""Scores pairs of records with a frozen model: edges, the same for any order of records, threads and backend."""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from spark_jobs.identity.matching.backends import Backend, Opening, in_duckdb
from spark_jobs.identity.matching.comparisons import settings_of
from spark_jobs.identity.matching.edges import BLOCKED, EDGE_SCHEMA, TOUCHED, edges_sql, lookup_sql
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.pairs import ALL, NEW, pairs_sql
from spark_jobs.identity.matching.table import checked


def match(records: pa.Table, model: FrozenModel, opening: Opening = in_duckdb) -> pa.Table:
    """Edges among the records. Raises ValueError as `checked` does."""
    every = checked(records, model.definition)
    with opening() as backend:
        backend.add(ALL, every)
        return _edges(backend, model, pairs_sql(model.definition))


def match_new(
    new_records: pa.Table, standing_records: pa.Table, model: FrozenModel, opening: Opening = in_duckdb
) -> pa.Table:
    """Edges of new records with standing ones and among themselves; a new version replaces the standing record."""
    new, standing = (checked(one, model.definition) for one in (new_records, standing_records))
    with opening() as backend:
        backend.add(NEW, new)
        backend.add("standing_records", standing)
        backend.keep(
            ALL,
            f"""
            SELECT * FROM {NEW} UNION ALL
            SELECT * FROM standing_records WHERE record_key NOT IN (SELECT record_key FROM {NEW})""",
        )
        return _edges(backend, model, pairs_sql(model.definition, is_incremental=True))


def _edges(backend: Backend, model: FrozenModel, pairs: str) -> pa.Table:
    backend.keep("pairs", pairs)
    predictions = linker_of(backend, model).inference.predict(warning_mode="never").physical_name
    return backend.rows(edges_sql(model, predictions)).cast(EDGE_SCHEMA)


def linker_of(backend: Backend, model: FrozenModel, **settings: Any) -> Any:
    """Splink's linker over the tables `records` and `pairs` (left_key, right_key), which predicts those pairs.

    `settings` replace settings of Splink's by their names.
    """
    from splink import Linker

    backend.keep("touched", TOUCHED)
    backend.keep("blocked", BLOCKED)
    api = backend.splink()
    declared = settings_of(model.definition, model.parameters, model.prior, backend.dialect)
    linker = Linker(api.register("touched"), replace(declared, **settings), log_level=None)
    for column in model.definition.term_frequency_columns:
        backend.add(f"frozen_{column}", model.term_frequencies[column])
        backend.keep(f"lookup_{column}", lookup_sql(model, column))
        linker.table_management.register_term_frequency_lookup(api.register(f"lookup_{column}"), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    return linker
