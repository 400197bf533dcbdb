"""Customers of the demo bank join, fall silent and leave, and do nothing with the bank before or after."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.unit.demo_bank.delivered import FIRST, customers_of, rows_of


@pytest.fixture(scope="module")
def persons(clean_bank: Path) -> dict[str, dict]:
    """The customers among the persons of the first date, by their id."""
    return customers_of(clean_bank)


@pytest.fixture(scope="module")
def postings(clean_bank: Path) -> dict[str, list[dict]]:
    """Postings of the first date by the owner of their account."""
    owners = {row["account_id"]: row["party_id"] for row in rows_of(clean_bank, "core_banking", "account_parties")
              if row["role"] == "owner"}  # fmt: skip
    found = defaultdict(list)
    for row in rows_of(clean_bank, "core_banking", "postings"):
        found[owners[row["account_id"]]].append(row)
    return found


def test_who_left_posts_nothing_afterwards_but_settled_trades(persons, postings):
    gone = {key: one["relationship"]["until"] for key, one in persons.items() if one["relationship"].get("until")}
    assert 1 < len(gone) < len(persons) / 20
    for key, until in gone.items():
        after = [row for row in postings[key] if row["posted"] >= until and row["type"] != "trade_settlement"]
        assert not after


def test_who_joined_lately_posts_nothing_before(persons, postings):
    year = str(date.fromisoformat(FIRST) - timedelta(365))
    recent = {key: one["relationship"]["since"] for key, one in persons.items() if one["relationship"]["since"] > year}
    assert len(persons) / 30 < len(recent) < len(persons) / 5
    assert all(row["posted"] >= since for key, since in recent.items() for row in postings[key])


def test_salaries_come_on_the_last_days_of_a_month(persons, postings):
    days = Counter(row["posted"][-2:] for key in persons for row in postings[key] if row["type"] == "salary")
    assert {"25", "26", "27", "28"} <= set(days)


def test_a_power_of_attorney_is_given_to_the_partner_by_somebody_of_age(clean_bank, persons):
    relations = rows_of(clean_bank, "family_relations", "relations", ",")
    given = {(row["from_person"], row["to_person"]) for row in relations if row["relation"] == "power_of_attorney"}
    assert given
    assert given <= {(row["from_person"], row["to_person"]) for row in relations if row["relation"] == "spouse"}
    assert all(persons[giver]["birth"]["date"] < "1972" for giver, _ in given)
