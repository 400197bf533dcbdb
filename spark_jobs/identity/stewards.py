"""What stewards said until a date: decisions on pairs of records, and pairs labelled to measure the matching by."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.silver import read
from spark_jobs.identity.tables import DECISIONS, TABLES

DECIDED = """
select decision_id, left_key, right_key, kind_code as kind, decided_date as decided_on, steward_id as steward, reason,
    coalesce(is_revoked, false) as is_revoked, false as is_dropped, null as step_id
from decisions
where not is_deleted and decided_date <= date '{day}'
"""
LABELLED = """
select left_key, right_key, is_same from labels where not is_deleted and labelled_date <= date '{day}'
"""


def decisions_until(home: Path, business_date: date) -> pa.Table:
    """One row per decision taken until a date, with the columns of `identity.decisions`."""
    decided = query(DECIDED.format(day=business_date.isoformat()), decisions=read(home, "silver.identity_decisions"))
    return decided.cast(TABLES[DECISIONS])


def labels_until(home: Path, business_date: date) -> pa.Table:
    """left_key, right_key, is_same: one row per pair labelled until a date."""
    return query(LABELLED.format(day=business_date.isoformat()), labels=read(home, "silver.identity_labels"))
