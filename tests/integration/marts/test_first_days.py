"""The marts of a very small bank (tests/fixtures/small_bank.py), against figures reckoned by hand.

Beside it are the households of tests/fixtures/households_bank.py, whose figures have a file of their own.
"""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dbt_project.questions import ask, load_questions
from dbt_project.released import released_tables
from dbt_project.run import DbtError, build, check, unit_tests, write
from dbt_project.tags.loading import load_tags
from dbt_project.tags.publishing import publish_index
from dbt_project.tags.statement import Plan, values_statement
from dbt_project.tags.words_model import AFFECTED, WORDS
from serving.audiences.evaluating import value_of
from serving.audiences.index import open_built
from spark_jobs import io
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.release.declared import TAG_TABLES
from spark_jobs.session import connect
from tests.fixtures import households_bank
from tests.fixtures.silver import write_silver
from tests.fixtures.tag_inputs import batch_of
from tests.integration.marts.bank import LATE, ROWS, everything, one

DAILY = "+customer_daily,resource_type:model"
"""The models that a posting changes day by day."""


def test_wealth_is_the_sum_of_its_parts_at_the_last_price_and_fixing(bank):
    anna = one(bank, "select * from marts.customer_360 where customer_id = 'anna'")
    assert anna["cash_amount"] == Decimal("2380.5")  # 1500.50 + 1100 USD at 1.25
    assert anna["investment_amount"] == Decimal("1510")  # 10 x 125 USD at 1.25, and 510 that the custodian states
    assert anna["total_asset_amount"] == Decimal("28890.5")
    assert anna["net_worth_amount"] == Decimal("28890.5") - 150000 - 300
    assert anna["money_in_usd_amount"] == Decimal("880")
    assert anna["inflow_last_7_days_amount"] == Decimal("3100")  # 3000 and 125 USD at 1.25
    assert anna["outflow_last_90_days_amount"] == Decimal("130.5")  # the deleted posting is out
    assert anna["total_asset_change_last_7_days_amount"] is None
    assert (anna["age_years"], anna["has_profiling_consent"], anna["loyalty_points_balance"]) == (46, False, 300)


def test_a_joint_account_is_split_without_loss(bank):
    rows = bank.sql("select customer_id, cash_amount, loan_amount from marts.customer_360").collect()
    parts = {row[0]: (row[1], row[2]) for row in rows}
    assert parts["bela"] == (Decimal("60.006"), 60)
    assert parts["cora"] == (Decimal("40.004"), 40)
    assert parts["dora"] == (0, 0)
    of_households = {row["party_id"] for row in households_bank.PARTIES if row["party_role"] == "customer"}
    assert set(parts) == {"anna", "bela", "cora", "dora"} | of_households


def test_every_day_from_the_first_run_on_is_loaded(bank):
    sql = "select as_of_date, base_balance_amount from marts.account_daily where account_id = 'a-usd' order by 1"
    expected = [(date(2026, 6, 1), 1000), (date(2026, 6, 2), 880), (date(2026, 6, 3), 880)]
    assert [tuple(row) for row in bank.sql(sql).collect()] == expected


def test_sources_that_owe_a_delivery_are_stale(bank):
    found = bank.sql("select source, is_stale, quarantined_rows_count from marts.freshness").collect()
    freshness = {row[0]: (row[1], row[2]) for row in found}
    assert freshness["crm/persons"] == (False, 1)
    assert freshness["surveys/responses"] == (True, 0)


def test_every_question_has_an_answer_that_runs(bank):
    questions = load_questions()
    assert len(questions) == 11
    for question in questions:
        columns, _ = ask(bank, question, schema="marts")
        assert columns


def test_each_released_table_is_there(bank):
    assert len(released_tables()) == 13
    for table in released_tables():
        assert everything(bank, table) is not None


def test_logic_holds_on_rows_written_by_hand(lakehouse, bank):
    # all examples run in DuckDB (tests/unit/tags): on Spark two domains show that it calls the same kernel
    assert len(unit_tests(lakehouse, ["tag_examples_assets", "tag_examples_reminders"]).nodes) >= 6


def test_every_tag_is_what_duckdb_makes_of_the_same_customers(lakehouse, bank):
    plan = Plan(load_tags())
    publish_index(lakehouse, date(2026, 6, 3))
    for table in TAG_TABLES:
        if io.exists(lakehouse.home, table.full_name):
            io.register(bank, lakehouse, table.full_name)  # as the daily run does: they are released with the marts
    index = open_built(lakehouse)
    with duckdb.connect() as connection:
        connection.execute(f"create table batch as {batch_of(lakehouse.home, plan)}")
        names = [slot.tag_id for slot in plan.slots]
        rows = connection.execute(values_statement(plan.catalog, names) + " order by customer_id").fetchall()
    assert len(rows) == 14 and len(names) >= 1800
    for number, row in enumerate(rows):
        expected = {name: as_index(value) for name, value in zip(names, row, strict=True)}
        assert {name: value_of(index, name, number) for name in names} == expected


def test_words_of_a_day_are_those_of_a_full_rebuild_though_only_what_changed_is_evaluated(lakehouse, bank):
    before = f"version as of {bank.sql('describe history marts.customer_360 limit 1').first()['version']}"
    bank.sql("update marts.customer_360 set as_of_date = date '2026-06-04', tenure_days = tenure_days + 1").collect()
    bank.sql("update marts.customer_360 set cash_amount = cash_amount * 2 where customer_id = 'anna'").collect()
    bank.sql("update marts.customer_360 set inflow_last_7_days_amount = 7 where customer_id = 'bela'").collect()
    write(lakehouse, [AFFECTED, WORDS], "2026-06-04", "words-partial", full_refresh=False)
    session = connect(lakehouse, "marts", "read-words")
    found = session.table(f"intermediate.{AFFECTED}").collect()
    assert {row["customer_id"] for row in found if row["is_affected_window_free"]} == {"anna"}
    assert {row["customer_id"] for row in found if row["is_affected"]} == {"anna", "bela"}
    partial = everything(session, WORDS)
    write(lakehouse, [AFFECTED, WORDS], "2026-06-04", "words-whole")
    assert partial == everything(connect(lakehouse, "marts", "read-words-again"), WORDS)
    bank.sql(f"insert overwrite marts.customer_360 select * from marts.customer_360 {before}").collect()
    write(lakehouse, [AFFECTED, WORDS], "2026-06-03", "words-back")


def as_index(value):
    return float((value - date(1970, 1, 1)).days) if isinstance(value, date) else value


def test_a_late_posting_restates_its_day_and_a_second_run_changes_nothing(lakehouse, bank):
    late = {**LATE, "_changed_date": date(2026, 6, 3)}
    write_silver(lakehouse.home, load_catalog(), ROWS | {"transactions": [*ROWS["transactions"], late]})
    build(lakehouse, DAILY, "2026-06-03", "marts-late")
    session = connect(lakehouse, "marts", "read-late")
    day = "where customer_id = 'bela' and as_of_date = date '2026-06-02'"
    assert one(session, f"select inflow_amount from marts.customer_daily {day}")["inflow_amount"] == 6
    first = {table: everything(session, table) for table in released_tables()}
    build(lakehouse, DAILY, "2026-06-03", "marts-again")
    session = connect(lakehouse, "marts", "read-again")
    assert {table: everything(session, table) for table in released_tables()} == first


def test_a_failed_test_is_told_by_name(lakehouse, bank):
    twice = [*ROWS["advisers"], {**ROWS["advisers"][0], "source_system": "hr"}]
    write_silver(lakehouse.home, load_catalog(), ROWS | {"advisers": twice})
    build(lakehouse, "advisers,resource_type:model", "2026-06-03", "marts-broken")
    with pytest.raises(DbtError, match="primary_key_advisers"):
        check(lakehouse, "2026-06-03", "marts-broken-tests", "advisers")
