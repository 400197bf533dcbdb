"""Plain Splink with the settings of its own documented examples: the peer that our models are measured beside.

Settings are those of `docs/demos/examples/duckdb` in moj-analytical-services/splink (febrl3, febrl4's detailed model,
deduplicate_50k_synthetic); a seed is added so that runs agree.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl

SEED = 1
SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


class Example(NamedTuple):
    """One documented example."""

    settings: Any
    prior: Sequence[Any]
    recall: float
    pairs: float
    expectation: Sequence[Any]


def febrl3() -> Example:
    """Deduplicating FEBRL 3."""
    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on(one) for one in ("soc_sec_id", "given_name", "surname", "birth_date", "postcode")]
    rules = [block_on("soc_sec_id"), block_on("given_name", "surname", "birth_date"),
             f"{SWAPPED} and l.birth_date = r.birth_date"]  # fmt: skip
    settings = _settings("dedupe_only", comparisons, blocks)
    return Example(settings, rules, 0.9, 1e6, [block_on("birth_date"), block_on("postcode")])


def febrl4() -> Example:
    """Linking FEBRL 4a and 4b."""
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on("given_name", "surname"), SWAPPED, block_on("birth_date"), block_on("soc_sec_id"),
              block_on("suburb", "address_1"), block_on("street_number", "address_1"),
              block_on("postcode")]  # fmt: skip
    rules = [block_on("soc_sec_id"), block_on("given_name", "surname", "birth_date")]
    settings = _settings("link_only", comparisons, blocks)
    return Example(settings, rules, 0.8, 1e6, [block_on("birth_date"), block_on("postcode")])


def historical() -> Example:
    """Deduplicating 50,000 historical persons."""
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="name"),
        cl.DateOfBirthComparison("birth_date", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
        cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    ]
    area = "substr(postcode,1,3)"
    blocks = [
        ("substr(first_name,1,3)", "substr(surname,1,4)"), ("surname", "birth_date"), ("first_name", "birth_date"),
        ("postcode", "first_name"), ("postcode", "surname"), ("birth_date", "birth_place"), (area, "birth_date"),
        (area, "first_name"), (area, "surname"),
        ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(birth_date,1,4)"),
    ]  # fmt: skip
    rules = [("first_name", "surname", "birth_date"), ("substr(first_name,1,2)", "surname", "substr(postcode,1,2)"),
             ("birth_date", "postcode")]  # fmt: skip
    settings = _settings("dedupe_only", comparisons, [block_on(*one) for one in blocks])
    learn = [block_on("first_name", "surname"), block_on("birth_date")]
    return Example(settings, [block_on(*one) for one in rules], 0.6, 5e6, learn)


def _settings(link_type: Any, comparisons: list[Any], blocks: list[Any]) -> Any:
    return SettingsCreator(
        link_type=link_type,
        unique_id_column_name="record_key",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
    )


def plain_splink(
    tables: Sequence[pa.Table], example: Example, thresholds: Sequence[float]
) -> dict[float, dict[str, str]]:
    """Threshold -> record -> cluster, by plain Splink."""
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker([api.register(one) for one in tables], example.settings, log_level=None)
        learn = linker.training
        learn.estimate_probability_two_random_records_match(list(example.prior), recall=example.recall)
        learn.estimate_u_using_random_sampling(max_pairs=example.pairs, seed=SEED)
        for block in example.expectation:
            learn.estimate_parameters_using_expectation_maximisation(block)
        edges = linker.inference.predict(threshold_match_probability=0.01)
        found = {}
        for one in thresholds:
            table = linker.clustering.cluster_pairwise_predictions_at_threshold(edges, one).physical_name
            found[one] = dict(connection.sql(f"SELECT record_key, cluster_id FROM {table}").fetchall())
    return found
