"""household_360 of four households (tests/fixtures/households_bank.py), against figures reckoned by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.fixtures import households_bank
from tests.integration.marts.bank import FRIDAY, THURSDAY

pytestmark = pytest.mark.slow


def home_of(days, day, party):
    """The row of the household that the party lives in, with the parties of its customers in place of their ids."""
    parties = {customer: one for one, customer in sorted(days[day].customer_of.items(), reverse=True)}
    row = days[day].households[days[day].home_of[days[day].customer_of[party]]]
    return row | {name: parties[row[name]] for name in ("head_customer_id", "wealthiest_customer_id")}


def shown(row, expected):
    """Of a row the columns that are expected."""
    return {name: row[name] for name in expected}


def test_a_couple_with_a_joint_account_and_parts_of_two_others(days):
    expected = {
        "head_customer_id": "ben",  # the oldest
        "wealthiest_customer_id": "ada",  # 500.005 + 100 + 20,000; ben has 500.005 + 36
        "adviser_id": "adv-oak-1",  # hers
        "advisers_count": 2,
        "household_kind_code": "family",
        "segment_code": "private",
        "lowest_risk_profile_code": "balanced",
        "highest_risk_profile_code": "growth",
        "members_count": 3,  # with otto; mia lives elsewhere
        "customers_count": 2,
        "cash_amount": Decimal("1136.01"),  # 1,000.01 once + a quarter of 400 + 40 % of 90
        "deposit_amount": 20000,
        "investment_amount": 0,
        "insurance_cash_value_amount": 0,
        "total_asset_amount": Decimal("21136.01"),
        "loan_amount": 150250,  # 150,000 + a quarter of 1,000, which is owed by the owners of a shared account
        "total_liability_amount": 150600,  # and 300 on a card, 50 overdrawn
        "net_worth_amount": Decimal("-129463.99"),  # 21,136.01 - 150,600
        "annual_income_amount": 90000,
        "inflow_last_30_days_amount": 3050,  # 3,000 and 50 that moved between their own accounts
        "outflow_last_30_days_amount": Decimal("70.01"),  # 0.01 + 50 + a quarter of 80
        "inflow_last_365_days_amount": 3050,
        "outflow_last_365_days_amount": Decimal("70.01"),
        "open_complaints_count": 0,
        "has_pep_declared": True,
        "has_kyc_overdue": False,
        "as_of_date": THURSDAY,
    }
    row = home_of(days, THURSDAY, "ada")
    assert shown(row, expected) == expected
    assert row["household_id"] == home_of(days, THURSDAY, "ben")["household_id"]
    assert row["last_interaction_at"].replace(tzinfo=UTC) == datetime(2026, 5, 30, 9, tzinfo=UTC)


def test_a_child_of_two_homes_counts_where_it_lives_and_another_home_keeps_its_part_of_a_shared_account(days):
    expected = {
        "head_customer_id": "carl",
        "wealthiest_customer_id": "carl",  # 300 + 1,000; dana has 54 + 1,000
        "adviser_id": "adv-oak-1",
        "advisers_count": 1,
        "segment_code": "retail",
        "lowest_risk_profile_code": "conservative",
        "highest_risk_profile_code": "conservative",
        "members_count": 3,  # with mia
        "customers_count": 3,
        "cash_amount": 1404,  # 300 of the account with ada + 54 of that with ben + 1,250 USD + mia's 50
        "investment_amount": 1000,  # 10 at 125 USD
        "total_asset_amount": 2404,
        "loan_amount": 750,  # three quarters of 1,000
        "total_liability_amount": 750,
        "net_worth_amount": 1654,
        "annual_income_amount": 41600,  # 52,000 USD
        "inflow_last_30_days_amount": 0,
        "outflow_last_30_days_amount": 60,  # three quarters of 80
        "inflow_last_90_days_amount": 100,  # 125 USD
        "outflow_last_90_days_amount": 60,
        "inflow_last_365_days_amount": 150,  # and mia's 50 of last August
        "open_complaints_count": 1,  # mia's
        "has_pep_declared": False,
        "has_kyc_overdue": True,
    }
    assert shown(home_of(days, THURSDAY, "mia"), expected) == expected


def test_two_members_who_become_one_leave_the_households_money_as_it_was(days):
    before = {
        "members_count": 3,
        "customers_count": 3,
        "advisers_count": 2,  # adv-oak-1 of fay and finn, adv-oak-3 of finley
        "lowest_risk_profile_code": "cautious",  # finley's
        "highest_risk_profile_code": "aggressive",
        "wealthiest_customer_id": "fay",  # 200 + 5,000
        "adviser_id": "adv-oak-1",
        "cash_amount": 700,  # 500 once + 200
        "insurance_cash_value_amount": 5000,
        "total_asset_amount": 5700,
        "inflow_last_30_days_amount": 0,
        "outflow_last_30_days_amount": 30,  # 18 + 12
        "inflow_last_365_days_amount": 0,  # fay's 10 are older
    }
    ash = home_of(days, THURSDAY, "fay")
    assert shown(ash, before) == before
    after = before | {
        "members_count": 2,
        "customers_count": 2,
        "advisers_count": 1,  # of finn's and finley's adviser and risk profile the later told: finn's
        "lowest_risk_profile_code": "balanced",
        "inflow_last_30_days_amount": 7,
        "inflow_last_365_days_amount": 7,
    }
    joined = home_of(days, FRIDAY, "fay")
    customers = days[FRIDAY].customer_of
    assert customers["finn"] == customers["finley"] != customers["fay"]
    assert shown(joined, after) == after
    assert joined["household_id"] == ash["household_id"]


def test_all_households_together_have_what_their_members_have(days):
    day = days[THURSDAY]
    members = [row["party_id"] for row in households_bank.PARTIES
               if row["party_role"] == "customer" and row["party_type"] == "person"]  # fmt: skip
    homes = {day.home_of[day.customer_of[party]] for party in members}
    rows = [day.households[home] for home in homes]
    assert len(rows) == 4
    # 1,000.01 + 20,000 + 400 + 90 + 1,000 + 50 + 1,000 + 500 + 200 + 5,000
    assert sum(row["total_asset_amount"] for row in rows) == Decimal("29240.01")
    # 300 + 50 + 150,000 + 1,000
    assert sum(row["total_liability_amount"] for row in rows) == 151350
    company = day.customers[day.customer_of["oak-ltd"]]
    assert (company["household_id"], company["total_asset_amount"]) == (None, 70000)
    gil = home_of(days, THURSDAY, "gil")
    assert (gil["household_kind_code"], gil["members_count"], gil["net_worth_amount"]) == ("single", 1, 0)
    assert (gil["adviser_id"], gil["advisers_count"], gil["lowest_risk_profile_code"]) == (None, 0, None)
