"""Plain Splink with the settings of its own documented examples: the peer that our models are measured beside."""

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl

SEED = 1
FEBRL_RULES = ("l.soc_sec_id = r.soc_sec_id", "l.given_name = r.given_name and l.surname = r.surname and l.birth_date = r.birth_date")


def febrl_settings() -> Any:
    """Of the examples "Febrl3 dedupe" and "Febrl4 link": names, date of birth, social security number, house, postcode."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("given_name"),
            block_on("surname"),
            block_on("birth_date"),
            block_on("postcode", "street_number"),
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
    )


def train_febrl(linker: Linker) -> None:
    """As the example trains."""
    linker.training.estimate_probability_two_random_records_match(list(FEBRL_RULES), recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for block in (block_on("birth_date"), block_on("surname"), block_on("soc_sec_id")):
        linker.training.estimate_parameters_using_expectation_maximisation(block)


def historical_settings() -> Any:
    """Of the example "Deduplicate 50k rows historical persons"."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "birth_date"),
            block_on("first_name", "birth_date"),
            block_on("postcode", "first_name"),
            block_on("postcode", "surname"),
            block_on("birth_date", "birth_place"),
            block_on("substr(postcode,1,3)", "birth_date"),
            block_on("substr(postcode,1,3)", "first_name"),
            block_on("substr(postcode,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(birth_date,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )


def train_historical(linker: Linker) -> None:
    """As the example trains."""
    rules = ["l.first_name = r.first_name and l.surname = r.surname and l.birth_date = r.birth_date",
             "l.name = r.name and substr(l.birth_date,1,4) = substr(r.birth_date,1,4) and l.postcode = r.postcode"]  # fmt: skip
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=SEED)
    for block in (block_on("first_name", "surname"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(block)


def plain_splink(records: pa.Table, settings: Any, train: Callable[[Linker], None], threshold: float) -> dict[str, str]:
    """Record -> cluster, by plain Splink at this threshold."""
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(records, table_name="plain_records"), settings, log_level=None)
        train(linker)
        edges = linker.inference.predict(threshold_match_probability=0.01)
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(edges, threshold)
        rows = connection.sql(f"SELECT record_key, cluster_id FROM {found.physical_name}").fetchall()
    return dict(rows)
