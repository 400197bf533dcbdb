"""An earlier day that is run again, after a later one changed what is known of a customer."""

import pytest

from spark_jobs import release
from tests.integration.marts.bank import FRIDAY, THURSDAY

pytestmark = pytest.mark.slow

MONEY = ("members_count", "customers_count", "total_asset_amount", "net_worth_amount")


def test_everybody_lives_where_they_lived_and_has_what_they_had(days, thursday_again):
    assert thursday_again.customer_of == days[THURSDAY].customer_of
    assert thursday_again.home_of == days[THURSDAY].home_of
    before, after = (
        {key: [row[name] for name in MONEY] for key, row in one.households.items()}
        for one in (days[THURSDAY], thursday_again)
    )
    assert after == before
    gil = thursday_again.customers[thursday_again.customer_of["gil"]]
    assert gil["residence_city"] == "Basel"  # values are those that are known now
    assert gil["household_id"] is not None


def test_consumers_are_not_taken_back(lakehouse, days, thursday_again):
    assert thursday_again.served_before == thursday_again.served_after == days[FRIDAY].served_after
    assert release.as_of(lakehouse, THURSDAY).release_id == thursday_again.release.release_id
