"""Identity in the daily run: stewards' files change who is one customer, and a breached bound stops the run."""

import re
import textwrap
from contextlib import nullcontext
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import pairwise

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dags import _tasks
from infra.demo_bank.bank import generate
from infra.demo_bank.options import Options
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.identity.current import CURRENT, CUSTOMER_IDS, CUSTOMER_RECORDS
from spark_jobs.identity.quality import QUALITY
from spark_jobs.identity.tables import STEPS
from spark_jobs.landing import land_system
from spark_jobs.ledger import Store
from spark_jobs.runner import build_entity
from spark_jobs.settings import PROJECT
from tests.miniature.deliveries import as_csv

DAYS = (date(2026, 6, 3), date(2026, 6, 4))
GUIDE = PROJECT / "docs" / "guides" / "identity.md"
SYSTEMS = ("crm", "family_relations", "stewardship")
ENTITIES = (
    "parties", "party_contacts", "party_identifiers", "party_relations", "identity_decisions", "identity_labels",
)  # fmt: skip
DECISION = ("decision_id", "left_key", "right_key", "kind", "decided_on", "steward", "reason", "is_revoked")
LABEL = ("left_key", "right_key", "is_same", "labelled_on")
ONE, OTHER = "crm|P00000001", "crm|P00000060"


@pytest.fixture
def forgotten(spark):
    """What the test makes known to the shared metastore is forgotten again: other homes have the same names."""
    yield
    for schema in ("silver", "identity"):
        for row in spark.sql(f"show tables in {schema}").collect():
            spark.sql(f"drop table if exists {schema}.{row['tableName']}").collect()


@pytest.fixture
def settings(spark, lakehouse, tmp_path, monkeypatch):
    """A home of its own and two dates of deliveries of a bank of sixty customers without defects."""
    inbox = tmp_path / "inbox"
    generate(Options(inbox, DAYS[0], days=2, customers=60, defect_rate=0.0, only=SYSTEMS))
    own = lakehouse.model_copy(update={"home": tmp_path / "home", "inbox": inbox})
    monkeypatch.setattr(_tasks, "load_settings", lambda: own)
    monkeypatch.setattr(_tasks, "_session", lambda *_: nullcontext(spark))
    return own


def guide_file() -> str:
    """The file that the guide sends on the first date: a must-link of ONE and OTHER."""
    (block,) = re.findall(r"```csv\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return textwrap.dedent(block).strip() + "\n"


def as_file(names, *rows) -> str:
    return as_csv(names, [dict(zip(names, row, strict=True)) for row in rows], ",")


def send(settings, day, name, text):
    (settings.inbox / "stewardship" / str(day) / name).write_text(text, encoding="utf-8")


def run(spark, settings, day):
    """Land and build one date, then the tasks of identity and of its gate."""
    catalog, run_id = load_catalog().in_environment("demo"), f"identity {day}"
    moment = {"logical_date": datetime.combine(day, time(), UTC), "params": {}, "run_id": run_id}
    for system in SYSTEMS:
        land_system(catalog, settings, system, day, run_id)
    for entity in ENTITIES:
        build_entity(spark, catalog, settings, entity, day, run_id)
    _tasks.identify(**moment)
    _tasks.gate("identity", **moment)


def rows(settings, table, key):
    return {row[key]: row for row in Store(settings.home).read(table).to_pylist()}


@pytest.mark.usefixtures("forgotten")
def test_stewards_join_and_part_customers_by_files_and_a_breached_bound_stops_the_run(spark, settings):
    send(settings, DAYS[0], "decisions-desk.csv", guide_file())
    run(spark, settings, DAYS[0])
    joined, steps = rows(settings, CUSTOMER_RECORDS, "record_key"), partial(rows, settings, STEPS, "step_id")
    assert len(joined) > 60
    assert joined[ONE]["customer_id"] == joined[OTHER]["customer_id"]
    assert [joined[key]["is_primary"] for key in (ONE, OTHER)] == [True, False]
    assert joined[OTHER]["reason"] == "must_link"
    assert len(steps()) == 1

    row = ("S-0418", ONE, OTHER, "cannot_link", DAYS[1], "steward-2", "two passports", "false")
    send(settings, DAYS[1], "decisions-desk.csv", as_file(DECISION, row))
    run(spark, settings, DAYS[1])
    parted, ids = rows(settings, CUSTOMER_RECORDS, "record_key"), rows(settings, CUSTOMER_IDS, "customer_id")
    assert parted[ONE]["customer_id"] == joined[ONE]["customer_id"] != parted[OTHER]["customer_id"]
    assert parted[OTHER]["is_primary"]
    assert ids[parted[OTHER]["customer_id"]]["current_customer_id"] == parted[OTHER]["customer_id"]

    versions = [Store(settings.home).create(table).version() for table in (*CURRENT, QUALITY)]
    run(spark, settings, DAYS[1])
    assert len(steps()) == 2
    assert [Store(settings.home).create(table).version() for table in (*CURRENT, QUALITY)] == versions

    keys = sorted(parted)[:51]
    wrong = [(left, right, "true", DAYS[1]) for left, right in pairwise(keys)]
    send(settings, DAYS[1], "labelled_pairs-desk.csv", as_file(LABEL, *wrong))
    with pytest.raises(AirflowFailException, match=r"identity\.quality: same_pairs_are_joined"):
        run(spark, settings, DAYS[1])

    run(spark, settings, DAYS[0])
    assert spark.sql("select business_date from identity.quality").collect() == [(DAYS[0],)]
