"""expected.yml against the files themselves, read by Python's own readers and none of this project's code."""

from pathlib import Path

import pytest

from tests.integration.real_bank.conftest import EXPECTED
from tests.integration.real_bank.derive import TOPICS

pytestmark = pytest.mark.real_data

DELIVERED = {
    "berka": {
        "account": "berka/accounts", "client": "berka/clients", "disp": "berka/dispositions", "card": "berka/cards",
        "district": "berka/districts", "loan": "berka/loans", "order": "berka/standing_orders",
    },
    "complaints": {
        "summer": "cfpb/complaints_2013_08", "autumn": "cfpb/complaints_2014", "years": "cfpb/complaints_2013_2016",
    },
    "market": {
        "rates": "ecb/reference_rates", "sp500_dataset": "equity_prices/stocks", "sp500_index": "equity_prices/index",
        "factors_dataset": "equity_prices/factors", "etfs.bz2": "financedatabase/etfs",
        "funds.bz2": "financedatabase/funds", "equities_six_swiss.csv": "financedatabase/six_equities",
        "bond_yields_us10y/monthly": "us_yields/ten_year", "gold_prices/monthly": "gold/monthly",
        "gold_prices/annual": "gold/annual", "sp500_index/data": "sp500_index/monthly",
    },
    "lists": {
        "sdn": "ofac/sdn", "alt": "ofac/aliases", "add": "ofac/addresses", "INDIVIDUAL": "un/individuals",
        "ENTITY": "un/entities", "legislators-current.yaml.gz": "pep/legislators", "executive.yaml": "pep/executive",
    },
    "codes": {
        "countries": "reference_codes/countries", "cities": "reference_codes/cities",
        "currency_lines": "reference_codes/currencies",
    },
    "loan_events": {"events": "bpic2012/loan_events"},
}  # fmt: skip
"""Name of a number that derive.py finds, and the source whose delivered records it counts."""

KEPT = {
    "berka": {"transactions": ("berka/transactions", 0), "account_days": ("berka/transactions", 1)},
    "complaints": {"autumn_whole": ("cfpb/complaints_2014", 0)},
    "market": {
        "rate_cells": ("ecb/reference_rates", 0), "sp500_dataset_cells": ("equity_prices/stocks", 0),
        "sp500_index_cells": ("equity_prices/index", 0), "factors_dataset_cells": ("equity_prices/factors", 0),
        "shiller_cells": ("sp500_index/monthly", 0),
    },
    "lists": {"INDIVIDUAL_NAMED": ("un/individuals", 1), "ENTITY_NAMED": ("un/entities", 1)},
    "codes": {"currencies": ("reference_codes/currencies", 0)},
}  # fmt: skip
"""Name of a number that derive.py finds, and the feed (source, place) whose kept rows it counts."""


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_the_expected_numbers_are_those_of_the_files(topic: str, real_data: Path) -> None:
    found = TOPICS[topic](real_data)
    delivered = {number: _delivered(source) for number, source in DELIVERED[topic].items()}
    kept = {number: EXPECTED[source]["feeds"][place]["kept"] for number, (source, place) in KEPT.get(topic, {}).items()}

    assert delivered | kept == {number: found[number] for number in delivered | kept}


def test_every_part_of_the_transactions_is_counted(real_data: Path) -> None:
    found = TOPICS["berka"](real_data)

    assert (found["first_part"], found["second_part"]) == (49103, 30200)
    assert _delivered("berka/transactions") == 79303


def test_every_feed_adds_up() -> None:
    feeds = [(source, feed) for source, one in EXPECTED.items() for feed in one["feeds"]]
    assert len(feeds) > 30
    for source, feed in feeds:
        stored = _delivered(source) - sum(file.get("quarantined", 0) for file in EXPECTED[source]["files"].values())
        considered = feed.get("stored", stored * feed.get("factor", 1))
        parts = sum(feed.get(part, 0) for part in ("kept", "filtered", "superseded", "quarantined"))
        assert parts == considered, (source, feed)


def _delivered(source: str) -> int:
    return sum(file["delivered"] for file in EXPECTED[source]["files"].values())
