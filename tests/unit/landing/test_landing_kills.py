"""A landing that is killed at any moment, then run again, leaves what an undisturbed one leaves."""

import subprocess
import sys
from datetime import date

import pytest
from deltalake import DeltaTable

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.landing import land_system
from spark_jobs.ledger import Ledger
from spark_jobs.settings import PROJECT, load_settings
from tests.miniature import CATALOG_ROOT
from tests.miniature.deliveries import posting, write_control, write_postings

MONDAY = date(2026, 6, 1)
MOMENTS = {
    "parts are written": "spark_jobs.landing.reading:Reading._check_control",
    "unreadable rows are quarantined": "spark_jobs.landing.reception:Reception._commit",
    "bronze is committed": "spark_jobs.landing.reception:Reception._reconcile",
    "rows are reconciled": "spark_jobs.ledger.ledger:Ledger.record_deliveries",
    "the ledger is written": "spark_jobs.ledger.ledger:Ledger.add_freshness",
}
KILLED = """
import importlib, os, sys
from datetime import date
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.landing import land_system
from spark_jobs.settings import load_settings
from tests.miniature import CATALOG_ROOT
module, _, name = sys.argv[2].partition(":")
owner, _, method = name.partition(".")
setattr(getattr(importlib.import_module(module), owner), method, lambda *_, **__: os.kill(os.getpid(), 9))
land_system(load_catalog(CATALOG_ROOT), load_settings(home=sys.argv[1]), "bank", date(2026, 6, 1), "r")
"""


def write_delivery(inbox, day, *ids):
    path = write_postings(inbox, day, [posting(one) for one in ids])
    path.write_text(path.read_text() + "cut;")
    write_control(path, 3, "0")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_rerun_after_a_kill_completes_the_landing_without_double_rows(tmp_path, moment):
    settings = load_settings(home=tmp_path, catalog_root=CATALOG_ROOT)
    write_delivery(settings.inbox, "2026-06-01", "t1", "t2")
    command = [sys.executable, "-c", KILLED, str(tmp_path), MOMENTS[moment]]
    assert subprocess.run(command, cwd=PROJECT, check=False).returncode == -9
    write_delivery(settings.inbox, "2026-05-29", "u1", "u2")

    land_system(load_catalog(CATALOG_ROOT), settings, "bank", MONDAY, "r")

    rows = DeltaTable(str(tmp_path / "tables/bronze/bank__postings")).to_pandas()
    ledger = Ledger(tmp_path)
    quarantined = ledger.store.read("quarantine.landing_rows").to_pylist()
    reconciled = ledger.reconciliation("bank/postings")
    assert sorted(rows["_row_number"]) == [1, 1, 2, 2]
    assert [one.stored_rows for one in ledger.accepted("bank/postings")] == [2, 2]
    assert [row["row_number"] for row in quarantined] == [3, 3]
    assert [(row["stored"], row["quarantined"], row["is_balanced"]) for row in reconciled] == [(2, 1, True)] * 2
