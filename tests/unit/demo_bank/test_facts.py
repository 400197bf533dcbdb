"""What the demo bank's customers are like: facts that nobody told, overdrafts that are lived on, large sums."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.unit.demo_bank.delivered import FIRST, SECOND, customers_of, persons_of, rows_of

UNKNOWN = {
    "occupation": ("work", "occupation"), "nationality": ("nationality",), "tax country": ("taxCountry",),
    "income": ("income", "amount"), "wealth": ("wealth", "amount"), "source of wealth": ("wealth", "source"),
    "risk profile": ("risk", "profile"), "review": ("kyc", "reviewed"), "declaration": ("kyc", "pepDeclared"),
    "adviser": ("adviserId",),
}  # fmt: skip


def told(person: dict, path: tuple[str, ...]):
    for name in path:
        person = person[name]
    return person


@pytest.mark.parametrize("path", UNKNOWN.values(), ids=UNKNOWN)
def test_a_few_customers_never_told_a_fact(clean_bank, path):
    persons = customers_of(clean_bank)
    silent = [key for key, one in persons.items() if told(one, path) is None]
    assert 1 <= len(silent) <= len(persons) / 12


def test_what_was_not_known_yesterday_is_not_known_today(clean_bank):
    before, after = customers_of(clean_bank), customers_of(clean_bank, SECOND)
    both = before.keys() & after.keys()
    assert both
    for key in both:
        for path in UNKNOWN.values():
            assert (told(before[key], path) is None) == (told(after[key], path) is None)


def test_who_has_no_risk_profile_was_not_assessed(clean_bank):
    for one in customers_of(clean_bank).values():
        assert (one["risk"]["profile"] is None) == (one["risk"]["assessed"] is None)


def test_some_live_on_their_overdraft_and_nobody_beyond_it(clean_bank):
    limits = {
        row["account_id"]: Decimal(row["overdraft_limit"] or 0)
        for row in rows_of(clean_bank, "core_banking", "accounts")
    }
    balances = defaultdict(list)
    for row in rows_of(clean_bank, "core_banking", "postings"):
        balances[row["account_id"]].append(Decimal(row["balance_after"]))
    assert all(min(known) >= -limits[key] for key, known in balances.items())
    overdrawn = [key for key, known in balances.items() if limits[key] and known[-1] < -limits[key] / 100]
    with_limit = [key for key in balances if limits[key]]
    assert len(with_limit) / 40 < len(overdrawn) < len(with_limit) / 4, (len(overdrawn), len(with_limit))


def test_large_sums_came_and_went_within_the_last_months(clean_bank):
    since, opened, large = str(date.fromisoformat(FIRST) - timedelta(120)), set(), []
    for row in rows_of(clean_bank, "core_banking", "postings"):
        is_first = row["account_id"] not in opened
        opened.add(row["account_id"])
        is_large = row["currency"] in ("EUR", "CHF", "USD", "GBP") and Decimal(row["amount"]) > 80_000
        if is_large and row["type"] == "transfer" and not is_first:
            large.append(row)
    assert len({row["account_id"] for row in large}) > 2
    assert all(row["posted"] >= since for row in large)
    assert len(large) < len(customers_of(clean_bank)) / 20


def test_one_person_in_five_hundred_is_neither_woman_nor_man(clean_bank):
    genders = Counter(one["gender"] for one in persons_of(clean_bank))
    assert set(genders) == {"F", "M", "X"}
    assert genders["X"] <= 2
