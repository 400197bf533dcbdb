"""The adviser book and the product catalogue: what the bank has once."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, flags, ids, pick, texts, words
from infra.demo_bank.market import CURRENCIES
from infra.demo_bank.persons import adviser_count
from infra.demo_bank.words import CITIES, FAMILY, GIVEN_FEMALE, GIVEN_MALE
from infra.demo_bank.writing import Format

FORMATS = {
    "adviser_book/advisers": Format("advisers.csv", delimiter="\t", encoding="utf-16"),
    "adviser_book/branches": Format("branches.csv", delimiter=";", encoding="latin-1"),
    "product_catalogue/products": Format("products.yaml", root="products"),
}
GRADES = ("junior", "adviser", "senior", "director")
# Identifier, name, family, type, asset class, risk.
PRODUCTS = (
    ("CRD-DEB", "Debit card", "card", "debit", None, None),
    ("CRD-CLA", "Credit card Classic", "card", "classic", None, None),
    ("CRD-GOL", "Credit card Gold", "card", "gold", None, None),
    ("CRD-PLA", "Platinum card 白金卡", "card", "platinum", None, None),
    ("LON-MOR", "Mortgage", "loan", "mortgage", "real_estate", 3),
    ("LON-LOM", "Lombard credit", "loan", "lombard", None, 4),
    ("LON-PER", "Personal credit", "loan", "personal", None, 3),
    ("LON-BUS", "Business credit", "loan", "business", None, 4),
    ("SEC-CUS", "Custody account", "security", "custody", "multi_asset", 5),
    ("FND-ACC", "Fund savings plan", "fund", "fund", "multi_asset", 4),
    ("MAN-BAL", "Mandate Balanced", "mandate", "balanced", "multi_asset", 4),
    ("MAN-GRO", "Mandate Growth 成长型委托", "mandate", "growth", "equity", 6),
    ("INS-LIF", "Life insurance", "insurance", "life", None, 2),
    ("INS-ANN", "Annuity", "insurance", "annuity", None, 2),
    ("INS-HEA", "Health insurance", "insurance", "health", None, 1),
    ("INS-ACC", "Accident insurance", "insurance", "accident", None, 1),
    ("INS-PRO", "Property insurance", "insurance", "property", None, 1),
    ("INS-PEN", "Pension plan", "pension", "pension", "multi_asset", 3),
    ("SRV-WEA", "Wealth planning", "service", "planning", None, None),
)
CASH_PRODUCTS = (
    ("CUR", "Current account", "account", "current"),
    ("SAV", "Savings account", "deposit", "savings"),
    ("TRM", "Term deposit", "deposit", "term_deposit"),
)


def deliver(block: Block) -> Iterator[Delivery]:
    """Advisers, branches and products in full on every date."""
    if not block.is_first:
        return
    for index in block.indexes:
        yield Delivery("adviser_book/advisers", index, advisers(block))
        yield Delivery("adviser_book/branches", index, branches())
        yield Delivery("product_catalogue/products", index, products())


def advisers(block: Block) -> pa.Table:
    """One row per adviser, enough for all customers of the bank."""
    random, count = block.random("advisers"), adviser_count(block.options)
    given = words(GIVEN_FEMALE + GIVEN_MALE, random.integers(0, 60, count))
    family = words(FAMILY, random.integers(0, 50, count))
    hired = block.options.today - random.integers(100, 9_000, count)
    return pa.table({
        "adviser": ids("ADV", np.arange(count) + 1, 4), "given": given, "family": family,
        "team": ids("TEAM-", np.arange(count) // 8 + 1),
        "branch": ids("BR", random.integers(0, len(CITIES), count) + 1, 2),
        "grade": words(GRADES, pick(random, (20, 45, 28, 7), count)),
        "languages": words(["de,en", "fr,en", "it,en", "en,zh", "zh,en,de", "en"], random.integers(0, 6, count)),
        "certified": flags(random.random(count) < 0.85, "yes", "no"),
        "hired": days(hired), "left": days(hired, np.full(count, True)),
    })  # fmt: skip


def branches() -> pa.Table:
    """One branch a city; names without Chinese characters, which the encoding lacks."""
    count = len(CITIES)
    return pa.table({
        "branch": ids("BR", np.arange(count) + 1, 2), "name": [f"Branch {city[0]}" for city in CITIES],
        "country": [city[2] for city in CITIES], "staff": texts(np.arange(count) * 7 % 40 + 5),
    })  # fmt: skip


def products() -> pa.Table:
    """Everything on sale; cash products once a currency."""
    rows = [(f"{key}-{currency}", f"{name} {currency}", family, kind, "cash", 1, currency)
            for key, name, family, kind in CASH_PRODUCTS for currency in CURRENCIES]  # fmt: skip
    rows += [(*product, None) for product in PRODUCTS]
    columns = list(zip(*rows, strict=True))
    names = ("id", "name", "family", "type", "assetClass", "risk", "currency")
    launched = days(np.arange(len(rows)) * 37 % 4_000 + 12_000)
    return pa.table({**dict(zip(names, map(pa.array, columns), strict=True)), "launched": launched})
