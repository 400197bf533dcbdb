"""The generated models are SQL that Spark can read, whichever way they are built."""

import jinja2
import pytest
import sqlglot

from dbt_project.tags.loading import load_tags
from dbt_project.tags.statement import Plan
from dbt_project.tags.words_model import affected_model, words_model
from tests.unit.tags.world import plan_of, write_family


def parsed(text, *, is_partial):
    sql = jinja2.Template(text).render(
        config=lambda **_: "", var=lambda _: "", ref=lambda name: name, this="words_before",
        business_date=lambda: "date '2026-06-01'", is_partial_better=lambda _: is_partial,
        words_fingerprints=lambda rules: f"select * from words_before where rules_fingerprint = '{rules}'",
    )  # fmt: skip
    return sqlglot.parse_one(sql, read="spark")


@pytest.fixture
def small(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= 1000")
    return plan_of(tmp_path)


@pytest.mark.parametrize("is_partial", [False, True])
def test_everybody_and_only_who_is_affected(is_partial):
    plan = Plan(load_tags())
    tree = parsed(words_model(plan), is_partial=is_partial)
    assert tree.named_selects[:2] == ["customer_id", next(iter(plan.columns))]
    assert ("words_before" in tree.sql()) is is_partial
    assert parsed(affected_model(plan), is_partial=is_partial).named_selects[-1] == "is_affected_window_free"


def test_tags_that_never_move_by_themselves(small):
    assert (small.daily_tags, small.percentiles) == ([], {})
    assert "evaluate_daily_tags" not in parsed(words_model(small), is_partial=True).sql()
