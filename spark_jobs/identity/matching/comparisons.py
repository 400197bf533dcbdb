"""Declared comparisons as Splink's own, for whichever backend."""

from collections.abc import Mapping
from typing import Any

from spark_jobs.identity.matching.definition import Comparison, Definition, Level
from spark_jobs.identity.matching.dialects import DUCKDB, translated

Parameters = Mapping[str, Mapping[str, list[float]]]
"""m and u of each comparison, one for each level but the null levels, strictest first."""


def settings_of(
    definition: Definition, parameters: Parameters | None = None, prior: float = 0.0001, dialect: str = DUCKDB
) -> Any:
    """Splink's settings for a backend; trained where `parameters` are given."""
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=[comparison_of(one, (parameters or {}).get(one.name), dialect) for one in definition.comparisons],
        blocking_rules_to_generate_predictions=[block_on("record_key")],
        probability_two_random_records_match=prior,
        max_iterations=definition.training.iterations,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=False,
    )


def comparison_of(comparison: Comparison, trained: Mapping[str, list[float]] | None, dialect: str) -> Any:
    """One comparison of Splink's."""
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    made = [level_of(one, dialect) for one in comparison.levels]
    made.append(levels.ElseLevel())
    counted = [one for one, level in zip(made, (*comparison.levels, None), strict=True) if not is_null(level)]
    if trained:
        for one, m, u in zip(counted, trained["m"], trained["u"], strict=True):
            one.configure(m_probability=m, u_probability=u)
    return comparisons.CustomComparison(comparison_levels=made, output_column_name=comparison.name)


def is_null(level: Level | None) -> bool:
    """Whether the level says that nothing can be compared."""
    return level is not None and level.kind == "missing"


def level_of(level: Level, dialect: str) -> Any:
    """One level of Splink's."""
    from splink import comparison_level_library as library

    column, at = level.column or "", level.at or 0
    made = {
        "missing": lambda: library.CustomLevel(translated(null_sql(level), dialect)),
        "exact": lambda: library.ExactMatchLevel(column),
        "jaro_winkler": lambda: library.JaroWinklerLevel(column, at),
        "levenshtein": lambda: library.LevenshteinLevel(column, int(at)),
        "damerau_levenshtein": lambda: library.DamerauLevenshteinLevel(column, int(at)),
        "reversed": lambda: library.ColumnsReversedLevel(column.split("/")[0], column.split("/")[-1], symmetrical=True),
        "intersects": lambda: library.ArrayIntersectLevel(column, int(at or 1)),
        "sql": lambda: library.CustomLevel(translated(level.sql or "", dialect)),
    }[level.kind]()
    made.configure(label_for_charts=level.name)
    if level.m is not None:
        made.configure(m_probability=level.m, fix_m_probability=True)
    if level.u is not None:
        made.configure(u_probability=level.u, fix_u_probability=True)
    if level.kind == "missing":
        made.configure(is_null_level=True)
    if level.term_frequency:
        made.configure(tf_adjustment_column=level.term_frequency, tf_adjustment_weight=level.weight or 1.0)
        if level.kind != "exact":
            made.configure(disable_tf_exact_match_detection=True)
    return made


def null_sql(level: Level) -> str:
    """Either side is missing; or what the level's own SQL says."""
    return level.sql or f"{level.column}_l IS NULL OR {level.column}_r IS NULL"


def evidence_sql(definition: Definition) -> str:
    """SQL of a JSON text: the level that each comparison reached, and no value."""
    parts = [f"'\"{one.name}\": ' || CASE gamma_{one.name} {_named_levels(one)} END" for one in definition.comparisons]
    told = "coalesce(', \"contradiction\": \"' || pairs.contradiction || '\"', '')"
    return "'{' || " + " || ', ' || ".join(parts) + f" || {told} || '}}'"


def _named_levels(comparison: Comparison) -> str:
    counted = [one for one in comparison.levels if not is_null(one)]
    names = {-1: "missing", 0: "different"} | {len(counted) - at: one.name for at, one in enumerate(counted)}
    return " ".join(f"WHEN {value} THEN '\"{name}\"'" for value, name in sorted(names.items()))
