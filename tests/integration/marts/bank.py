"""Rows of the two small banks, what stewards decide on which day, and tables as the tests beside this compare them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from spark_jobs.catalog.names import AUDIT_COLUMNS
from spark_jobs.release.models import Release
from tests.fixtures import households_bank, small_bank

TABLES = {*small_bank.ROWS, *households_bank.ROWS}
ROWS = {name: [*small_bank.ROWS.get(name, ()), *households_bank.ROWS.get(name, ())] for name in sorted(TABLES)}
LATE = {
    "transaction_id": "t-late", "account_id": "bc-cur", "posted_date": "2026-06-02", "direction_code": "credit",
    "amount": "10", "currency_code": "EUR", "transaction_type_code": "transfer",
}  # fmt: skip
THURSDAY, FRIDAY = date(2026, 6, 4), date(2026, 6, 5)
DECISIONS = {
    THURSDAY: [{"decision_id": "d-1", "kind_code": "must_link", "decided_date": THURSDAY}],
    FRIDAY: [
        {"decision_id": "d-2", "kind_code": "cannot_link", "decided_date": FRIDAY},
        households_bank.finley_is_finn(FRIDAY),
    ],
}
"""Bela and cora become one and two again; finley becomes finn as soon as bela and cora are parted."""


@dataclass(frozen=True)
class Day:
    """What the lakehouse said after the run of a day: rows by their key, and customers served before and after."""

    customer_of: dict[str, str]  # by party
    home_of: dict[str, str]  # primary household by customer
    customers: dict[str, dict[str, Any]]
    households: dict[str, dict[str, Any]]
    customer_days: list[dict[str, Any]]
    served_before: set[str]
    served_after: set[str]
    release: Release


def one(session: Any, sql: str) -> dict[str, Any]:
    """The only row."""
    rows = session.sql(sql).collect()
    assert len(rows) == 1
    return rows[0].asDict()


def everything(session: Any, table: str) -> list[tuple]:
    """All rows of a table of the marts in one order, without what says when and by which run they were written."""
    frame = session.table(f"marts.{table}")
    return sorted(map(tuple, frame.select([c for c in frame.columns if c not in AUDIT_COLUMNS]).collect()), key=str)


def rows_of(session: Any, table: str) -> list[dict[str, Any]]:
    """All rows of a table, as dictionaries."""
    return [row.asDict() for row in session.sql(f"select * from {table}").collect()]
