"""Explanations of what a lakehouse holds: the records of a pair, or a customer of the ledger."""

from pathlib import Path

import pyarrow as pa

from spark_jobs.identity.daily import MODEL, bank_policy
from spark_jobs.identity.drawing import cluster_mermaid, waterfall_svg
from spark_jobs.identity.explain import explain_cluster, explain_pair
from spark_jobs.identity.journal import Journal
from spark_jobs.identity.kept import kept_now
from spark_jobs.identity.matching.crowds import crowded, without
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.frozen import shipped
from spark_jobs.identity.matching.records import read_records
from spark_jobs.ledger import Store


def pair_picture(home: Path, left_key: str, right_key: str) -> str:
    """The waterfall of two records of this home, by the shipped model, as SVG. Raises as `explain_pair` does.

    A value that the records of the last date make crowded counts as missing, as it did when they were compared.
    """
    model = shipped(load_definition(MODEL))
    crowds = crowded(kept_now(Store(home)), model.definition)
    records = without(read_records(home, pa.array([left_key, right_key])), crowds, model.definition)
    return waterfall_svg(explain_pair(records, model, left_key, right_key))


def customer_picture(home: Path, customer_id: str) -> str:
    """The records and links of a customer of this home's ledger, as Mermaid. Raises as `explain_cluster` does."""
    return cluster_mermaid(explain_cluster(Journal(Store(home)).standing(), bank_policy(), customer_id))
