from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.ledger import Delivery, delivery_id, resolve

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)


def delivery(day=MONDAY, sequence=1, content="x", **changed):
    values = {"file_name": "f.csv", "delivered_rows": 3, "stored_rows": 3, **changed}
    return Delivery(
        delivery_id("a/b", day, sequence, content), "a/b", "a", day, sequence, content_hash=content, **values
    )


def states(*deliveries):
    return [one.state for one in resolve(deliveries)]


def test_the_identity_is_sixteen_digits_of_source_date_sequence_and_content():
    # printf 'a/b|2026-06-01|1|x' | sha256sum
    assert delivery().delivery_id == "f23543fa977c7288"


def test_the_last_sending_of_a_file_supersedes_the_others():
    assert states(delivery(), delivery(sequence=2, content="y")) == ["superseded", "accepted"]


def test_the_first_of_equal_contents_counts_even_when_it_arrives_last():
    assert states(delivery(TUESDAY), delivery(MONDAY)) == ["accepted", "duplicate"]


def test_a_snapshot_may_repeat_on_another_date_but_not_on_its_own():
    monday, tuesday = delivery(load_mode="snapshot"), delivery(TUESDAY, load_mode="snapshot")
    copy = delivery(MONDAY, sequence=2, file_name="g.csv", load_mode="snapshot")
    assert states(monday, tuesday, copy) == ["accepted", "duplicate", "accepted"]


def test_empty_deliveries_are_no_duplicates():
    assert states(delivery(delivered_rows=0), delivery(TUESDAY, delivered_rows=0)) == ["accepted", "accepted"]


def test_a_copy_counts_once_its_original_is_superseded():
    fixed = delivery(MONDAY, sequence=2, content="y")
    assert states(delivery(MONDAY), fixed, delivery(TUESDAY)) == ["superseded", "accepted", "accepted"]


@pytest.mark.parametrize("decided", ["withdrawn", "rejected"])
def test_an_earlier_sending_counts_again_when_the_later_one_is_taken_out(decided):
    assert states(delivery(), delivery(sequence=2, content="y", state=decided)) == ["accepted", decided]


def test_copies_of_withdrawn_content_stay_out():
    assert states(delivery(state="withdrawn"), delivery(TUESDAY)) == ["withdrawn", "duplicate"]


DELIVERIES = st.lists(
    st.builds(
        delivery,
        st.sampled_from([MONDAY, TUESDAY]),
        st.integers(1, 3),
        st.sampled_from("xyz"),
        state=st.sampled_from(["accepted", "accepted", "withdrawn", "rejected"]),
        file_name=st.sampled_from(["f.csv", "g.csv"]),
    ),
    max_size=8,
    unique_by=lambda one: one.delivery_id,
)


@given(DELIVERIES, st.data())
def test_states_depend_neither_on_order_nor_on_earlier_states(deliveries, data):
    expected = resolve(deliveries)
    step_by_step = []
    for one in data.draw(st.permutations(deliveries)):
        step_by_step = resolve([*step_by_step, replace(one)])
    assert step_by_step == expected


@given(DELIVERIES)
def test_one_accepted_delivery_stands_for_equal_contents(deliveries):
    contents = [one.content_hash for one in resolve(deliveries) if one.state == "accepted"]
    assert len(contents) == len(set(contents))
