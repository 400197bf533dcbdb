"""Which conditions may not be carried over from an earlier gate."""

import pytest

from expectations.counting import UNSTEADY


@pytest.mark.parametrize(
    "condition",
    ["opened_date <= curdate()", "unix_timestamp() > opened_at", "opened_date < current_date()", "rand() < 0.5",
     "id in (select id from other)", "size(shuffle(names)) > 1"],
)  # fmt: skip
def test_what_asks_for_the_time_for_chance_or_for_other_rows_is_unsteady(condition):
    assert UNSTEADY.search(condition)


@pytest.mark.parametrize("condition", ["amount >= 0", "selected_code = 'a'", "brand_name is not null", "known > 1"])
def test_columns_whose_names_are_like_such_words_are_steady(condition):
    assert not UNSTEADY.search(condition)
