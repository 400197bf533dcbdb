"""The value of any tag of any customer as of any past business date, and what changed between two dates."""

from datetime import date
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from spark_jobs.release.history import UnknownRelease, current, read_version
from spark_jobs.settings import Settings
from spark_jobs.tags.changes import EVERY_TAG, Unpacked
from spark_jobs.tags.layout import Slot

CHANGES, BASES, LAYOUTS = "marts.tag_changes", "marts.tag_bases", "marts.tag_layouts"


def value_as_of(settings: Settings, customer_id: str, tag_id: str, day: date) -> str | None:
    """The value as text; None where it was unknown or the customer was none. Raises UnknownRelease and LookupError."""
    base = _base(settings, customer_id, tag_id, day)
    rows = _changes(settings, customer_id, base[0], day)
    last = [row for row in rows if row["tag_id"] in (tag_id, EVERY_TAG)]
    return last[-1]["new_value"] if last else base[1]


def changes_between(settings: Settings, customer_id: str, first: date, last: date) -> list[dict[str, Any]]:
    """Changes of a customer's tags after the first date until the last, in order of date and tag."""
    return _changes(settings, customer_id, first, last)


def _changes(settings: Settings, customer_id: str, after: date, until: date) -> list[dict[str, Any]]:
    chosen = (pc.field("customer_id") == customer_id) & (pc.field("business_date") > after)
    rows = _table(settings, CHANGES).to_table(filter=chosen & (pc.field("business_date") <= until)).to_pylist()
    return sorted(rows, key=lambda one: (one["business_date"], one["tag_id"]))


def _base(settings: Settings, customer_id: str, tag_id: str, day: date) -> tuple[date, str | None]:
    """Date of the customer's last base until a day, and the tag's value in it; unknown where the tag was none yet."""
    bases = _table(settings, BASES)
    chosen = (pc.field("customer_id") == customer_id) & (pc.field("base_date") <= day)
    days = bases.to_table(columns=["base_date"], filter=chosen)["base_date"]
    if not len(days):
        raise LookupError(f"Nothing is known of customer {customer_id} on {day} or before.")
    base_date = pc.max(days).as_py()
    place = (pc.field("base_date") == base_date) & (pc.field("tag_id") == tag_id)
    found = _table(settings, LAYOUTS).to_table(filter=place).to_pylist()
    if not found:
        return base_date, None
    one = found[0]
    slot = Slot(tag_id, one["domain"], one["store"], one["position"], one["bit"])
    columns = [slot.column] if slot.bit is None else [slot.column, slot.known_column]
    words = bases.to_table(columns=columns, filter=chosen & (pc.field("base_date") == base_date))
    return base_date, Unpacked(words, {tag_id: slot}).values(tag_id).cast("string")[0].as_py()


def _table(settings: Settings, name: str) -> ds.Dataset:
    release = current(settings)
    if release is None or name not in release.tables:
        raise UnknownRelease("There is no release with the past of tags yet: `make run DATE=...` makes one.")
    return read_version(settings.home, release.tables[name])
