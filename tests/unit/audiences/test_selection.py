"""Selection on bitmaps against DuckDB running the same condition as SQL over the same values."""

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from serving.audiences.conditions import EPOCH, ConditionError, as_sql, read_condition, read_text
from serving.audiences.definitions import Audience
from serving.audiences.evaluating import Audiences, composition, nearest_change, overlap, reasons, value_of
from serving.audiences.index import TagIndex
from serving.audiences.selection import Selector, households
from spark_jobs.tags.index import INDEX, index_rows
from spark_jobs.tags.layout import columns_of, slots_of

TAGS = [("rich", "d", "boolean"), ("consent", "d", "boolean"), ("segment", "d", "category"), ("age", "d", "number"),
        ("since", "d", "date")]  # fmt: skip
CUSTOMERS = 500


def draw(choices, size=CUSTOMERS, seed=0):
    return [random.Random(seed * 7919 + at).choice(choices) for at in range(size)]


@pytest.fixture(scope="module")
def values():
    dates = [None, *np.array(["2024-01-01", "2025-06-01", "2026-05-31"], dtype="datetime64[D]").tolist()]
    return pa.table(
        {
            "customer_id": [f"c{at:04}" for at in range(CUSTOMERS)],
            "rich": pa.array(draw([True, False, None], seed=1)),
            "consent": pa.array(draw([True, False, None], seed=2)),
            "segment": pa.array(draw(["retail", "private", "ultra", None], seed=3)),
            "age": pa.array(draw([*map(float, range(18, 90)), None], seed=4)),
            "since": pa.array(draw(dates, seed=5), pa.date32()),
        }
    )


@pytest.fixture(scope="module")
def index(values):
    slots = slots_of(TAGS)
    columns = {name: [] for name in columns_of(slots)}
    for row in values.to_pylist():
        for name, words in columns.items():
            words.append(_packed(row, name, slots))
    kinds = {"d_true": pa.int64(), "d_known": pa.int64(), "d_numbers": pa.float64(), "d_texts": pa.string(),
             "d_dates": pa.date32()}  # fmt: skip
    words = pa.table({name: pa.array(rows, pa.list_(kinds[name])) for name, rows in columns.items()})
    rows = pa.Table.from_batches(index_rows(words, slots), INDEX)
    ids = values["customer_id"]
    homes = pa.array([f"h{at % 200:03}" if at % 5 else None for at in range(CUSTOMERS)])
    customers = pa.table({"customer_number": range(CUSTOMERS), "customer_id": ids, "household_id": homes})
    return TagIndex(rows, customers, {tag: {"tag_id": tag, "value_type": kind} for tag, _, kind in TAGS})


def _packed(row, column, slots):
    if column == "d_known":
        return [sum((row[one.tag_id] is not None) << one.bit for one in slots if one.bit is not None)]
    members = [one for one in slots if one.column == column]
    if column == "d_true":
        return [sum(bool(row[one.tag_id]) << one.bit for one in members)]
    return [row[one.tag_id] for one in members]


def _random_condition(draws, depth=3):
    if depth and draws.random() < 0.7:
        kind = draws.choice(["all", "any", "not"])
        if kind == "not":
            return {"not": _random_condition(draws, depth - 1)}
        return {kind: [_random_condition(draws, depth - 1) for _ in range(draws.randint(1, 3))]}
    return draws.choice([
        "rich", "consent", "segment = 'private'", "segment in ('ultra', 'nowhere')", "segment <> 'retail'",
        f"age >= {draws.randint(17, 91)}", f"age < {draws.randint(17, 91)}", "age between 30 and 44",
        f"age between 30 and {draws.randint(29, 60)}", f"age = {draws.randint(18, 90)}", "age is null",
        "since > '2025-06-01'", "since <= date'2025-06-01'",
        "since = '2024-01-01'", "rich is not null", f"{draws.randint(20, 40)} < age",
    ])  # fmt: skip


def test_five_hundred_random_conditions_select_whom_sql_selects(values, index):
    draws = random.Random(11)
    conditions = [read_condition(_random_condition(draws)) for _ in range(500)]
    with duckdb.connect() as connection:
        connection.register("customers", values)
        for condition in conditions:
            sql = f"select customer_id from customers where {as_sql(condition)} order by customer_id"
            expected = [row[0] for row in connection.execute(sql).fetchall()]
            assert index.customer_ids(Selector(index, {}).members(condition)) == expected, as_sql(condition)


def test_nobody_without_consent_is_in_an_audience_for_marketing(values, index):
    audience = Audience("a", "", "", "marketing", "customer", read_text("age >= 18"))
    audiences = Audiences(index, {"a": audience}, {"marketing": "consent", "service": None})
    agreed = {row["customer_id"] for row in values.to_pylist() if row["consent"]}
    grown_up = {row["customer_id"] for row in values.to_pylist() if row["age"] is not None}
    assert set(audiences.ids(audience)) == agreed & grown_up
    assert audiences.without_consent(audience) == len(grown_up - agreed) > 0


def test_an_audience_of_another_applies_the_consents_of_both(values, index):
    inner = Audience("inner", "", "", "marketing", "customer", read_text("rich"))
    outer = Audience("outer", "", "", "service", "customer", read_text("audience('inner') and age > 50"))
    audiences = Audiences(index, {"inner": inner, "outer": outer}, {"marketing": "consent", "service": None})
    expected = {r["customer_id"] for r in values.to_pylist() if r["rich"] and r["consent"] and (r["age"] or 0) > 50}
    assert set(audiences.ids(outer)) == expected


def test_households_are_counted_once(index):
    members = Selector(index, {}).members(read_text("age >= 18"))
    audience = Audience("a", "", "", "service", "household", read_text("age >= 18"))
    ids = Audiences(index, {"a": audience}, {"service": None}).ids(audience)
    assert len(ids) == len(set(ids)) == households(index, members) < len(members)


def test_lift_is_the_share_inside_over_the_share_of_all(index):
    rich = Selector(index, {}).members(read_text("rich"))
    shares = {one.label: one for one in composition(index, rich, "rich")}
    assert shares["true"].share == 1
    assert shares["true"].lift == pytest.approx(len(index.everyone) / len(rich))
    assert sum(one.customers for one in composition(index, rich, "segment")) == len(rich)


def test_overlap_counts_both_and_either(index):
    rich, old = (Selector(index, {}).members(read_text(one)) for one in ("rich", "age >= 60"))
    both = set(rich) & set(old)
    found = overlap(rich, old)
    assert (found["both"], found["jaccard"]) == (len(both), len(both) / len(set(rich) | set(old)))


def test_values_are_read_back_out_of_the_bitmaps(values, index):
    for number, row in enumerate(values.to_pylist()[:50]):
        found = {tag: value_of(index, tag, number) for tag, _, _ in TAGS}
        assert found["since"] == (row["since"] and float(row["since"].toordinal() - EPOCH))
        assert (found["rich"], found["segment"], found["age"]) == (row["rich"], row["segment"], row["age"])


def test_the_nearest_change_turns_a_customer_in(index, values):
    condition = read_text("rich and (age >= 60 or segment = 'ultra')")
    selector = Selector(index, {})
    outside = next(at for at, row in enumerate(values.to_pylist()) if row["rich"] is False and (row["age"] or 0) >= 60)
    assert [as_sql(one.condition) for one in nearest_change(selector, condition, outside)] == ["rich"]
    assert [one.holds for one in reasons(selector, condition, outside)][:2] == [False, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rich and", "does not parse"),
        ("length(segment) > 3", "compares no tag"),
        ("ritch", "did you mean rich?"),
        ("segment", "is a category"),
        ("age", "is a number"),
        ("age > 'old'", "neither a number nor a date"),
        ("audience('nobody')", "no audience nobody"),
        ("rich > 3", "is a boolean"),
    ],
)
def test_a_bad_condition_is_told_with_the_way_out(index, text, told):
    with pytest.raises(ConditionError, match=told.replace("(", "\\(")):
        Selector(index, {}).members(read_text(text))
