"""Stored audiences of a release: one row each with size, change since the release before, and the members' bitmap."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from serving.audiences.conditions import as_sql
from serving.audiences.definitions import Audience, load_audiences, load_purposes
from serving.audiences.evaluating import Audiences, sizes
from serving.audiences.index import open_built
from spark_jobs.ledger.store import Store, retention
from spark_jobs.settings import Settings

AUDIENCES = pa.schema(
    [
        *((name, pa.string()) for name in ("audience", "description", "owner", "purpose", "level", "condition")),
        ("size", pa.int64()),
        ("customers_count", pa.int64()),
        ("households_count", pa.int64()),
        ("without_consent_count", pa.int64()),
        ("previous_size", pa.int64()),
        ("change_rate", pa.float64()),
        ("largest_jump_rate", pa.float64()),
        ("is_jump", pa.bool_()),
        ("members", pa.binary()),
        ("as_of_date", pa.date32()),
    ]
)
"""`members` are the customers' numbers in marts.tag_customers of the same release, as a roaring bitmap."""
SMALL = 100
"""An audience that was smaller may change by any share."""


def write_snapshot(settings: Settings, business_date: date, previous: pa.Table | None) -> int:
    """Evaluate every stored audience on the index that was built last, into marts.audiences; how many there are.

    Raises DefinitionErrors.
    """
    index = open_built(settings)
    audiences = Audiences(index, load_audiences(index.catalogue), load_purposes())
    rows = snapshot(audiences, previous, business_date)
    Store(settings.home).replace("marts.audiences", rows, retention(settings))
    return rows.num_rows


def snapshot(audiences: Audiences, previous: pa.Table | None, business_date: date) -> pa.Table:
    """One row per stored audience; `previous` are the rows of an earlier release."""
    before = {row["audience"]: row["size"] for row in previous.to_pylist()} if previous is not None else {}
    counts = {row["audience"]: row for row in sizes(audiences, audiences.stored.values())}
    rows = [
        _row(audiences, one, counts[name], before.get(name)) | {"as_of_date": business_date}
        for name, one in sorted(audiences.stored.items())
    ]
    return pa.Table.from_pylist(rows, schema=AUDIENCES)


def _row(audiences: Audiences, one: Audience, counts: Mapping[str, Any], before: int | None) -> dict[str, Any]:
    size = counts["households_count" if one.level == "household" else "customers_count"]
    change = (size - before) / before if before else None
    return {
        "audience": one.name, "description": one.description, "owner": one.owner, "purpose": one.purpose,
        "level": one.level, "condition": as_sql(one.condition), "size": size,
        "customers_count": counts["customers_count"], "households_count": counts["households_count"],
        "without_consent_count": audiences.without_consent(one), "previous_size": before, "change_rate": change,
        "largest_jump_rate": one.largest_jump,
        "is_jump": bool(before and before >= SMALL and change is not None and abs(change) > one.largest_jump),
        "members": audiences.members(one).serialize(),
    }  # fmt: skip
