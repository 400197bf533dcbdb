"""The catalogue of tags: spread, drift and lineage, and the page made of it."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from dbt_project.tags.catalogue import catalogue_rows
from dbt_project.tags.publishing import found_in
from dbt_project.tags.scaffold import write_family as scaffold
from serving.tags.explain import filled_in
from serving.tags.pages import page
from spark_jobs.release.models import Release
from spark_jobs.tags.index import INDEX, index_rows
from tests.unit.tags.world import plan_of, words_of, write_family

DAY = date(2026, 6, 1)
RELEASE = Release("20260601_1", 1, DAY, "publish", None, "run", datetime(2026, 6, 1, tzinfo=UTC), {})


def catalogue(plan, customers, previous=None):
    words = words_of(plan, customers)
    index = pa.Table.from_batches(index_rows(words, plan.slots), INDEX)
    found = found_in(plan, words, index)
    return catalogue_rows(plan, found, previous, DAY)


def people(rich, poor, unknown=0):
    amounts = [5000.0] * rich + [10.0] * poor + [None] * unknown
    return [{"customer_id": f"c{at}", "total_asset_amount": one} for at, one in enumerate(amounts)]


@pytest.fixture
def plan(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    write_family(tmp_path, "assets/amount", "total_asset_amount", "number")
    return plan_of(tmp_path)


def test_a_tag_says_how_it_is_spread_and_where_it_comes_from(plan):
    (row,) = (one for one in catalogue(plan, people(1, 2, 1)).to_pylist() if one["tag_id"] == "rich")
    assert (row["customers_count"], row["known_count"], row["true_count"], row["coverage_rate"]) == (4, 3, 1, 0.75)
    assert json.loads(row["distribution"])["shares"] == {"true": 0.25, "false": 0.5, "unknown": 0.25}
    assert row["source_columns"] == ["marts.customer_360.total_asset_amount"]
    assert row["drift"] is None


def test_what_turned_round_drifted_and_what_stayed_did_not(plan):
    before = catalogue(plan, people(100, 900))
    drift = {row["tag_id"]: row["drift"] for row in catalogue(plan, people(900, 100), before).to_pylist()}
    assert drift["rich"] > 3 and drift["amount"] > 3
    same = {row["tag_id"]: row["drift"] for row in catalogue(plan, people(100, 900, 500), before).to_pylist()}
    assert same == {"rich": 0, "amount": 0}


def test_a_few_customers_and_a_tag_that_begins_do_not_drift(plan):
    few = catalogue(plan, people(9, 1), catalogue(plan, people(1, 9)))
    begins = catalogue(plan, people(900, 100), catalogue(plan, people(1, 9, 990)))
    assert few["drift"].to_pylist() == begins["drift"].to_pylist() == [None, None]
    were_few = catalogue(plan, people(900, 100), catalogue(plan, people(1, 9)))
    assert were_few["drift"].to_pylist() == [None, None]


def test_a_number_that_counts_days_does_not_drift(tmp_path):
    write_family(tmp_path, "assets/age_of_review", "days_since(kyc_reviewed_date)", "number")
    plan = plan_of(tmp_path)
    reviewed = [[{"customer_id": f"c{at}", "kyc_reviewed_date": day} for at in range(1000)] for day in
                (date(2026, 5, 1), date(2026, 4, 1))]  # fmt: skip
    (row,) = catalogue(plan, reviewed[1], catalogue(plan, reviewed[0])).to_pylist()
    assert (row["drift"], row["previous_coverage_rate"]) == (None, 1.0)


def test_the_page_shows_each_tag_with_its_sentence(plan):
    text = page(catalogue(plan, people(1, 2)).to_pylist(), RELEASE)
    assert text.count('<details class="tag"') == 2
    assert "33.3% of the customers" in text and "20260601_1" in text and "$" not in text.split("<script>")[0]


def test_an_expression_is_shown_with_the_inputs_of_the_customer():
    assert filled_in("cash_amount >= 0.5 * total_asset_amount", {"cash_amount": 3, "total_asset_amount": None}) == (
        "3 >= 0.5 * unknown"
    )


def test_a_new_family_is_valid_as_it_is_written(tmp_path):
    scaffold("assets/idle_money", tmp_path)
    assert [tag.tag_id for tag in plan_of(tmp_path).catalog.tags.values()] == ["idle_money_10k", "idle_money_100k"]
    with pytest.raises(ValueError, match="is there already"):
        scaffold("assets/idle_money", tmp_path)
    with pytest.raises(ValueError, match="is not <domain>/<family>"):
        scaffold("IdleMoney", tmp_path)
