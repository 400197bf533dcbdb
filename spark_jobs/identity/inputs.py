"""What a business date brings, and whether two runs of it were given the same."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.engine import query
from spark_jobs.identity.tables import DECISIONS, TABLES

DIGEST = """
select concat_ws(' ', count(*), bit_xor(md5_number({text})), bit_xor(md5_number('+' || {text}))) as digest
from rows
"""


@dataclass(frozen=True, slots=True)
class Day:
    """What is known on a business date.

    `records`: every record delivered and not deleted or withdrawn: record_key, first_delivery_date, content_hash, and
    whatever the matching needs. `decisions`: every steward decision. `amounts`: record_key, amount (base currency).
    `values`: given a table of record_key, the attribute values of these records (see survivorship).
    """

    business_date: date
    records: pa.Table
    decisions: pa.Table = field(default_factory=TABLES[DECISIONS].empty_table)
    amounts: pa.Table | None = None
    values: Callable[[pa.Table], pa.Table] | None = None


class RepeatedRecordError(ValueError):
    """A record_key is delivered more than once; the message names some."""


def check_records(records: pa.Table) -> None:
    """Raises RepeatedRecordError when a record_key stands for more than one row."""
    if pc.count_distinct(records.column("record_key")).as_py() == records.num_rows:
        return
    repeated = query("select record_key from records group by 1 having count(*) > 1 order by 1", records=records)
    shown = ", ".join(repeated.column("record_key").to_pylist()[:3])
    raise RepeatedRecordError(f"{repeated.num_rows} record keys are delivered more than once: {shown}")


def inputs_fingerprint(day: Day, model_version: str, declared: str) -> str:
    """32 hex digits over records (key, date, content hash), decisions, amounts, model version and declarations.

    The order of rows does not count. Attribute values are covered by the content hash of their record.
    """
    parts = [day.business_date.isoformat(), model_version, declared, str(day.values is None)]
    parts.append(_digest(day.records, "record_key", "first_delivery_date", "content_hash"))
    parts.append(_digest(day.decisions, *(name for name in day.decisions.column_names if name != "step_id")))
    parts.append("" if day.amounts is None else _digest(day.amounts, "record_key", "amount"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _digest(rows: pa.Table, *columns: str) -> str:
    text = " || '|' || ".join(f"coalesce({name}::varchar, '\\N')" for name in columns)
    return query(DIGEST.format(text=text), rows=rows).column("digest")[0].as_py()
