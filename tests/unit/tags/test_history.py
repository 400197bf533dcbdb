"""The past of tags: written date by date, read as of any of them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest
from deltalake import DeltaTable

import serving.tags.history as reading
from dbt_project.tags.catalogue import catalogue_rows
from dbt_project.tags.history import write_history
from dbt_project.tags.publishing import found_in
from serving.tags.history import changes_between, value_as_of
from spark_jobs.catalog.names import table_path
from spark_jobs.ledger.store import Store
from spark_jobs.release.declared import TAG_TABLES
from spark_jobs.release.models import Release
from spark_jobs.release.snapshot import snapshot
from spark_jobs.tags.index import INDEX, index_rows
from spark_jobs.tags.words import Words
from tests.unit.tags.world import plan_of, words_of, write_family

DAYS = [date(2026, 5, 28), date(2026, 5, 29), date(2026, 6, 1), date(2026, 6, 2)]
AMOUNTS = {
    "c1": [5000.0, 10.0, 10.0, 5000.0],
    "c2": [None, 10.0, 2000.0, 2000.0],
    "late": ["-", "-", 3.0, 4000.0],
    "gone": [1.0, 1.0, "-", "-"],
}


@pytest.fixture
def settings(tmp_path):
    return SimpleNamespace(home=tmp_path / "home", retention_days=60)


@pytest.fixture
def plan(tmp_path):
    write_family(tmp_path / "tags", "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path / "tags", "assets/amount", "total_asset_amount", "number")
    return plan_of(tmp_path / "tags")


def words_on(plan, at):
    people = [{"customer_id": name, "total_asset_amount": amounts[at]} for name, amounts in AMOUNTS.items()
              if amounts[at] != "-"]  # fmt: skip
    words = words_of(plan, people)
    return words.append_column("as_of_date", pa.array([DAYS[at]] * words.num_rows, pa.date32()))


def catalogue_on(plan, words, day):
    index = pa.Table.from_batches(index_rows(words, plan.slots), INDEX)
    found = found_in(plan, words, index)
    return catalogue_rows(plan, found, None, day)


def write(settings, plan, at, before_plan=None):
    before = None
    if at:
        known = words_on(before_plan or plan, at - 1)
        before = (Words(known), catalogue_on(before_plan or plan, known, DAYS[at - 1]))
    words = words_on(plan, at)
    Store(settings.home).replace("marts.customer_tag_words", words)
    return write_history(settings, plan, Words(words), before, DAYS[at])


def release_of(settings):
    wanted = [one for one in TAG_TABLES if one.name in ("tag_changes", "tag_bases", "tag_layouts")]
    tables = {one.full_name: snapshot(settings.home, one) for one in wanted}
    return Release("r", 1, DAYS[-1], "publish", None, "run", datetime(2026, 6, 2, tzinfo=UTC), tables)


def rows_of(settings, table):
    return DeltaTable(str(table_path(settings.home, table))).to_pyarrow_table()


def test_every_value_of_every_date_is_read_back(settings, plan, monkeypatch):
    for at in range(4):
        write(settings, plan, at)
    release = release_of(settings)
    monkeypatch.setattr(reading, "current", lambda _: release)
    for name, amounts in AMOUNTS.items():
        for day, amount in zip(DAYS, amounts, strict=True):
            if amount == "-" and name == "late":
                with pytest.raises(LookupError, match="Nothing is known of customer late"):
                    value_as_of(settings, name, "rich", day)
                continue
            known = None if amount in ("-", None) else amount
            assert value_as_of(settings, name, "amount", day) == (None if known is None else f"{known:g}")
            rich = None if known is None else str(known >= 1000).lower()
            assert value_as_of(settings, name, "rich", day) == rich
    told = changes_between(settings, "c1", DAYS[0], DAYS[3])
    assert [(row["tag_id"], row["old_value"], row["new_value"]) for row in told] == [
        ("amount", "5000", "10"), ("rich", "true", "false"), ("amount", "10", "5000"), ("rich", "false", "true"),
    ]  # fmt: skip


def test_a_base_is_written_monthly_and_for_newcomers(settings, plan):
    for at in range(4):
        write(settings, plan, at)
    days = rows_of(settings, "marts.tag_bases").group_by("base_date").aggregate([("customer_id", "count")])
    assert sorted(tuple(row.values()) for row in days.to_pylist()) == [(DAYS[0], 3), (DAYS[2], 3)]


def test_running_dates_again_changes_nothing(settings, plan):
    for at in (0, 1, 2, 3):
        write(settings, plan, at)
    tables = ("marts.tag_changes", "marts.tag_bases", "marts.tag_layouts")
    first = [rows_of(settings, table).sort_by([("tag_id" if "bases" not in table else "customer_id", "ascending")])
             for table in tables]  # fmt: skip
    for at in (1, 2, 2, 3):
        write(settings, plan, at)
    assert [rows_of(settings, table).num_rows for table in tables] == [one.num_rows for one in first]


def test_a_new_tag_makes_a_new_base(settings, plan, tmp_path, monkeypatch):
    write(settings, plan, 0)
    write_family(tmp_path / "more", "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path / "more", "assets/amount", "total_asset_amount", "number")
    write_family(tmp_path / "more", "wealth/poor", "total_asset_amount < 100")
    more = plan_of(tmp_path / "more")
    write(settings, more, 1, before_plan=plan)
    release = release_of(settings)
    monkeypatch.setattr(reading, "current", lambda _: release)
    assert value_as_of(settings, "c1", "poor", DAYS[0]) is None
    assert value_as_of(settings, "c1", "poor", DAYS[1]) == "true"
    assert value_as_of(settings, "c1", "rich", DAYS[0]) == "true"
