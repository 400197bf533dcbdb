from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from spark_jobs.transforms.berka import with_birth, with_closing_mark

POSTINGS = (
    "transaction_id string, account_id string, posted_on string, direction string, "
    "amount decimal(20,4), balance_after_amount decimal(20,4)"
)


def posting(number: str, account: str, direction: str, amount: str, balance: str) -> tuple[Any, ...]:
    return (number, account, "940331", direction, Decimal(amount), Decimal(balance))


def closing(postings: Any) -> set[str]:
    return {row.transaction_id for row in with_closing_mark(postings).collect() if row.is_closing}


def test_birth_number_holds_day_and_sex(table: Callable[..., Any]) -> None:
    clients = table("client_id string, birth_number string", ("1", "706213"), ("2", "450204"), ("3", None))

    rows = {row.client_id: (row.birth_date, row.gender_code) for row in with_birth(clients).collect()}

    assert rows == {"1": (date(1970, 12, 13), "f"), "2": (date(1945, 2, 4), "m"), "3": (None, None)}


def test_a_birth_number_that_names_no_day_has_no_birth_date(table: Callable[..., Any]) -> None:
    clients = table("client_id string, birth_number string", ("1", "700231"), ("2", "703313"), ("3", "70x101"))

    rows = {row.client_id: (row.birth_date, row.gender_code) for row in with_birth(clients).collect()}

    assert rows == {"1": (None, "m"), "2": (None, None), "3": (None, None)}


def test_the_day_closes_with_the_balance_that_nothing_starts_from(table: Callable[..., Any]) -> None:
    postings = table(
        POSTINGS,
        posting("30", "a", "VYDAJ", "14.60", "985.40"),
        posting("40", "a", "PRIJEM", "1000", "1000"),
        posting("10", "b", "credit", "5", "5"),
    )

    assert closing(postings) == {"30", "10"}


def test_balances_rounded_to_a_tenth_still_chain(table: Callable[..., Any]) -> None:
    postings = table(
        POSTINGS,
        posting("1", "a", "withdrawal", "14.60", "985.5"),
        posting("2", "a", "credit", "1000.04", "1000.0"),
    )

    assert closing(postings) == {"1"}


def test_a_day_that_returns_to_its_balance_closes_once(table: Callable[..., Any]) -> None:
    postings = table(
        POSTINGS,
        posting("9", "a", "PRIJEM", "10", "110"),
        posting("10", "a", "VYBER", "10", "100"),
    )

    assert closing(postings) == {"9"}
