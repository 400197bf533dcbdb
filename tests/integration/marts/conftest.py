"""Marts of two small banks side by side, built by dbt on Spark day by day: first as delivered, then resolved.

Built once for all the files beside this one, as each build takes a minute whatever the rows.
"""

import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from dbt_project.run import build, check
from spark_jobs import io, release
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.identity.current import CUSTOMER_RECORDS
from spark_jobs.identity.daily import resolve_customers
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS
from spark_jobs.ledger import Store
from spark_jobs.session import close, connect
from spark_jobs.settings import Settings
from tests.fixtures import small_bank
from tests.fixtures.silver import register, write_governance, write_silver
from tests.integration.marts.bank import DECISIONS, FRIDAY, LATE, ROWS, THURSDAY, Day, rows_of

NO_SHORTCUT = ("spark.databricks.delta.optimizeMetadataQuery.enabled", "false")


@pytest.fixture(scope="package")
def bank(lakehouse: Settings) -> Iterator[Any]:
    """A session that reads the bank after its runs for 1 and 3 June; 2 June comes with the second."""
    write_silver(lakehouse.home, load_catalog(), ROWS)
    write_governance(lakehouse.home, small_bank.GOVERNANCE)
    session = connect(lakehouse, "marts", "prepare")
    register(session, lakehouse.home)
    build(lakehouse, "", "2026-06-01", "marts-1", full_refresh=True)
    check(lakehouse, "2026-06-01", "marts-1-tests")
    build(lakehouse, "", "2026-06-03", "marts-3")
    session = connect(lakehouse, "marts", "read")
    session.conf.set(*NO_SHORTCUT)
    yield session
    close(session)


@pytest.fixture(scope="package")
def days(lakehouse: Settings, bank: Any) -> Iterator[dict[date, Day]]:
    """The two days on which identity is there; forgotten again, as other tests have none."""
    found = {}
    for day in DECISIONS:
        _deliver(lakehouse, day)
        found[day] = _run(lakehouse, day)
    yield found
    session = connect(lakehouse, "marts", "forget")
    for row in session.sql("show tables in identity").collect():
        session.sql(f"drop table identity.{row['tableName']}").collect()
    shutil.rmtree(lakehouse.home / "tables" / "identity", ignore_errors=True)
    close(session)


@pytest.fixture(scope="package")
def thursday_again(lakehouse: Settings, days: dict[date, Day]) -> Day:
    """Thursday, run again after a Friday that says something else of gil."""
    others = [row for row in ROWS["parties"] if row["party_id"] != "gil"]
    (gil,) = (row for row in ROWS["parties"] if row["party_id"] == "gil")
    before = gil | {"valid_from": date(2026, 6, 1), "valid_to": FRIDAY, "is_current": False}
    now = gil | {"valid_from": FRIDAY, "residence_city": "Basel"}
    _deliver(lakehouse, FRIDAY, parties=[*others, before, now])
    return _run(lakehouse, THURSDAY)


def _deliver(settings: Settings, until: date, **changed: list[dict[str, Any]]) -> None:
    """Write silver as that day knows it: a late posting, and what stewards have decided."""
    decided = [_decision(**one) for day, news in DECISIONS.items() if day <= until for one in news]
    late = {**LATE, "_changed_date": THURSDAY}
    rows = ROWS | {"identity_decisions": decided, "transactions": [*ROWS["transactions"], late]}
    write_silver(settings.home, load_catalog(), rows | changed)


def _decision(**said: Any) -> dict[str, Any]:
    both = {"left_key": "crm|bela", "right_key": "crm|cora", "steward_id": "s", "reason": "seen"}
    return {"source_system": "stewardship", "is_revoked": False, **both, **said}


def _run(settings: Settings, day: date) -> Day:
    run_id = f"marts-{day}"
    resolve_customers(settings, day)
    session = connect(settings, run_id, "register")
    for log in sorted((settings.home / "tables" / "identity").glob("*/_delta_log")):
        io.register(session, settings, f"identity.{log.parent.name}")
    build(settings, "", str(day), run_id)
    check(settings, str(day), f"{run_id}-tests", "household_360")
    session = connect(settings, run_id, "read")
    before = _served(session)
    published = release.publish(session, settings, day, run_id)
    records, members = (Store(settings.home).read(name).to_pylist() for name in (CUSTOMER_RECORDS, HOUSEHOLD_MEMBERS))
    found = Day(
        customer_of={row["party_id"]: row["customer_id"] for row in records},
        home_of={row["customer_id"]: row["household_id"] for row in members if row["is_primary_household"]},
        customers={row["customer_id"]: row for row in rows_of(session, "marts.customer_360")},
        households={row["household_id"]: row for row in rows_of(session, "marts.household_360")},
        customer_days=rows_of(session, "marts.customer_daily"),
        served_before=before,
        served_after=_served(session),
        release=published,
    )
    close(session)
    return found


def _served(session: Any) -> set[str]:
    if not session.catalog.tableExists("serving.customer_360"):
        return set()
    return {row[0] for row in session.sql("select customer_id from serving.customer_360").collect()}
