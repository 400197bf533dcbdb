"""marts.tag_catalogue: one row a tag, what it means, where it stands, and how its values are spread."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from dbt_project.tags.inputs import known_inputs
from dbt_project.tags.loading import TagCatalog
from dbt_project.tags.models import Tag
from dbt_project.tags.statement import Plan
from spark_jobs.tags import statistics
from spark_jobs.tags.layout import Slot

_TEXT = (
    "tag_id", "family", "domain", "name", "sentence", "description", "owner", "steward", "sensitivity", "refresh",
    "lifecycle", "successor", "value_type", "expression", "resolved_expression",
)  # fmt: skip
CATALOGUE = pa.schema(
    [
        *((name, pa.string()) for name in _TEXT),
        ("rule_version", pa.int64()),
        ("inputs", pa.list_(pa.string())),
        ("source_columns", pa.list_(pa.string())),
        ("store", pa.string()),
        ("position", pa.int32()),
        ("bit", pa.int32()),
        ("customers_count", pa.int64()),
        ("known_count", pa.int64()),
        ("true_count", pa.int64()),
        ("coverage_rate", pa.float64()),
        ("true_rate", pa.float64()),
        ("distribution", pa.string()),
        ("drift", pa.float64()),
        ("largest_drift", pa.float64()),
        ("previous_coverage_rate", pa.float64()),
        ("as_of_date", pa.date32()),
    ]
)
"""`resolved_expression` is over inputs alone: shared functions and other tags are put in place. `store`, `position` and
`bit`: see spark_jobs/tags/layout.py. `drift` is the population stability index against the release before, among
customers for whom the tag is known; NULL when there is none to compare with (`_comparable`)."""

FEW = 1_000
"""Customers below which a distribution moves by chance."""
LEAST_COVERAGE = 0.05
"""A tag that was known for fewer, such as a change over 30 days on the 30th day, begins and does not drift."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of all customers: counts of the index by tag and part or label, and the numbers of a tag."""

    counts: Mapping[str, Mapping[str, int]]
    numbers: Callable[[str], np.ndarray]


def catalogue_rows(plan: Plan, found: Found, previous: pa.Table | None, business_date: date) -> pa.Table:
    """One row a tag that is computed; `previous` is the catalogue of an earlier release."""
    before = {row["tag_id"]: row for row in previous.to_pylist()} if previous is not None else {}
    slots = {slot.tag_id: slot for slot in plan.slots}
    rows = []
    for tag in plan.catalog.evaluated:
        was = before.get(tag.tag_id)
        spread = _spread(tag, found, None if _counts_days(plan.catalog, tag) else was)
        covered = was["coverage_rate"] if was and spread["customers_count"] >= FEW else None
        meaning = _meaning(plan.catalog, tag, slots[tag.tag_id])
        rows.append({**meaning, **spread, "previous_coverage_rate": covered, "as_of_date": business_date})
    return pa.Table.from_pylist(rows, schema=CATALOGUE)


def _meaning(catalog: TagCatalog, tag: Tag, slot: Slot) -> dict[str, Any]:
    family, inputs = tag.family, catalog.inputs_of(tag.tag_id)
    known = known_inputs()
    return {
        "tag_id": tag.tag_id, "family": family.name, "domain": family.domain, "name": tag.name,
        "sentence": tag.sentence, "description": family.description, "owner": family.owner,
        "steward": family.steward, "sensitivity": family.sensitivity, "refresh": family.refresh,
        "lifecycle": family.lifecycle, "successor": family.successor, "value_type": family.value_type,
        "expression": tag.expression, "resolved_expression": catalog.trees[tag.tag_id].sql(dialect="spark"),
        "rule_version": family.rule_version, "inputs": list(inputs),
        "source_columns": [f"marts.{known[one].table}.{known[one].column}" for one in inputs],
        "largest_drift": family.largest_drift, "store": slot.store, "position": slot.position, "bit": slot.bit,
    }  # fmt: skip


def _spread(tag: Tag, found: Found, before: Mapping[str, Any] | None) -> dict[str, Any]:
    counts = found.counts[tag.tag_id]
    customers, known = counts["customers"], counts["known"]
    told = _comparable(tag, before)
    edges: list[float] = []
    if tag.value_type in ("number", "score", "date"):
        values = found.numbers(tag.tag_id)
        edges = told["edges"] if told and told.get("edges") else statistics.numeric_edges(values)
        shares = statistics.numeric_distribution(values, edges)
        text = statistics.as_text(shares, edges=edges, quantiles=_quantiles(values))
    else:
        shares = statistics.counted_distribution(_values(tag, counts), customers)
        text = statistics.as_text(shares)
    is_boolean = tag.value_type == "boolean"
    return {
        "customers_count": customers, "known_count": known, "true_count": counts["true"] if is_boolean else None,
        "coverage_rate": known / customers if customers else None,
        "true_rate": counts["true"] / customers if is_boolean and customers else None,
        "distribution": text,
        "drift": statistics.stability_index(told["shares"], shares) if told and known >= FEW else None,
    }  # fmt: skip


def _counts_days(catalog: TagCatalog, tag: Tag) -> bool:
    """Whether the tag goes on with the calendar, as a date or the days since a posting do: it has to move."""
    is_number = tag.value_type in ("number", "score")
    return tag.value_type == "date" or (is_number and "as_of_date" in catalog.inputs_of(tag.tag_id))


def _comparable(tag: Tag, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The distribution before, where it says something of the one now: same rule, and known for more than a few."""
    is_same = before is not None and before["rule_version"] == tag.family.rule_version
    is_told = before is not None and before["known_count"] >= max(FEW, LEAST_COVERAGE * before["customers_count"])
    return json.loads(before["distribution"]) if before and is_same and is_told else None


def _values(tag: Tag, counts: Mapping[str, int]) -> dict[str, int]:
    if tag.value_type == "boolean":
        return {"true": counts["true"], "false": counts["known"] - counts["true"]}
    return {name.removeprefix("="): count for name, count in counts.items() if name.startswith("=")}


def _quantiles(values: np.ndarray) -> list[float]:
    known = values[~np.isnan(values)]
    return [float(one) for one in np.quantile(known, statistics.QUANTILES)] if len(known) else []
