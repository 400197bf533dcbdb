"""Public sets of records with known persons: records as our models read them, and the truth."""

from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa

from spark_jobs.identity.matching.apart import apart_pairs
from spark_jobs.identity.matching.clusters import clusters
from spark_jobs.identity.matching.definition import Definition, load_definition
from spark_jobs.identity.matching.frozen import FrozenModel
from spark_jobs.identity.matching.scoring import match
from spark_jobs.identity.matching.training import train
from tests.conftest import REAL_DATA

MODELS = Path(__file__).parent / "models"
FEBRL_COLUMNS = {
    "given_name": "given_name",
    "surname": "surname",
    "street_number": "street_number",
    "address_1": "address_1",
    "suburb": "suburb",
    "postcode": "postcode",
    "birth_date": "date_of_birth",
    "soc_sec_id": "soc_sec_id",
}
Truth = dict[str, str]
"""Record -> person, for evaluation only."""


def febrl(*numbers: str) -> tuple[pa.Table, Truth]:
    """Records of FEBRL sets ("3", or "4a" and "4b"); the truth stands in the record's name, which no model reads."""
    files = [str(REAL_DATA / "febrl" / f"dataset{number}.csv") for number in numbers]
    read = ", ".join(f"nullif(trim({theirs}), '') AS {ours}" for ours, theirs in FEBRL_COLUMNS.items())
    with duckdb.connect() as connection:
        records = connection.sql(f"""
            SELECT trim(rec_id) AS record_key, {read}
            FROM read_csv({files}, all_varchar = true, header = true, normalize_names = true)""").to_arrow_table()
    return records, {key: key.split("-")[1] for key in records["record_key"].to_pylist()}


def historical() -> tuple[pa.Table, Truth]:
    """The 50,578 records of historical persons."""
    file = REAL_DATA / "splink_datasets" / "historical_figures_with_errors_50k.parquet"
    with duckdb.connect() as connection:
        found = connection.sql(f"""
            SELECT unique_id AS record_key, first_name, surname, first_and_surname AS name, dob AS birth_date,
                birth_place, postcode_fake AS postcode, occupation, cluster,
                list_sort(list_distinct(list_filter(string_split(full_name, ' '), lambda part: length(part) > 2)))
                    AS name_parts
            FROM '{file}'""").to_arrow_table()
    truth = dict(zip(found["record_key"].to_pylist(), found["cluster"].to_pylist(), strict=True))
    return found.drop_columns(["cluster"]), truth


@lru_cache
def model_of(name: str) -> Definition:
    """The model of that name beside the benchmarks."""
    return load_definition(MODELS / f"{name}.yml")


def resolved(records: pa.Table, model: FrozenModel) -> dict[str, str]:
    """Record -> cluster, at the threshold and size that the model file declares; a lone record is its own."""
    wanted = model.definition.thresholds
    edges = match(records, model)
    found = clusters(edges, wanted.merge, wanted.largest, apart_pairs(records, edges, model.definition))
    alone = {key: key for key in records["record_key"].to_pylist()}
    return alone | dict(zip(found["record_key"].to_pylist(), found["cluster_key"].to_pylist(), strict=True))


def trained_and_resolved(records: pa.Table, name: str) -> dict[str, str]:
    """Record -> cluster, by a model learnt from the records themselves without truth."""
    return resolved(records, train(records, model_of(name)))
