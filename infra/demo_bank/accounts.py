"""Cash accounts in several currencies, sized by the owner's liquid wealth."""

import numpy as np
import pyarrow as pa

from infra.demo_bank import distributions
from infra.demo_bank.block import Block
from infra.demo_bank.draw import Columns, ids, pick, repeated, within
from infra.demo_bank.market import CURRENCIES
from infra.demo_bank.words import CITIES, CITY_CURRENCY

TYPES = ("current", "savings", "term_deposit")
STATUSES = ("open", "dormant", "blocked", "closed")
HOME = np.array([CURRENCIES.index(CITY_CURRENCY.get(city[2], "EUR")) for city in CITIES])
"""Currency index of every city."""
OVERDRAWN_SHARE = 0.08
"""Accounts with an overdraft limit whose owner lives on it."""
MOST = 8
"""Accounts of one person at most; account number = person number * MOST + place."""


def draw_accounts(block: Block) -> Columns:
    """One row per cash account: owner's place, type, currency, number, balance wanted on the first business date."""
    random, persons = block.random("accounts"), block.persons
    is_client = persons["role"] == 0
    size = len(is_client)
    foreign = np.where(is_client, random.binomial(4, np.array([0.1, 0.2, 0.35, 0.5])[persons["segment"]]), 0)
    has_savings = is_client & (random.random(size) < 0.55)
    has_deposit = is_client & (random.random(size) < 0.18)
    counts = np.where(is_client, 1 + foreign + has_savings + has_deposit, 0)
    owner, place = repeated(counts), within(counts)
    last = counts[owner] - 1 - place
    kind = np.where((last == 0) & has_deposit[owner], 2, 0)
    kind = np.where((last == has_deposit[owner].astype(int)) & has_savings[owner], 1, kind)
    home = HOME[persons["city"]][owner]
    others = (home + 1 + (random.integers(0, 5, size)[owner] + place)) % len(CURRENCIES)
    currency = np.where((place == 0) | (kind > 0), home, np.where(others == home, (home + 1) % len(CURRENCIES), others))
    today = block.options.today
    opened = np.minimum(persons["started"][owner] + random.integers(0, 900, len(owner)) * (place > 0), today - 370)
    opened = np.where(persons["arrival"][owner] > 0, persons["started"][owner], opened)
    is_recent = persons["active_from"][owner] > 0
    later = np.minimum(persons["started"][owner] + random.integers(0, 90, len(owner)) * (place > 0), today - 1)
    opened = np.where(is_recent, later, opened)
    has_overdraft = (kind == 0) & (random.random(len(owner)) < 0.3)
    limit = np.where(has_overdraft, random.integers(1, 21, len(owner)) * 5_000_00, 0)
    return {
        "owner": owner, "place": place, "kind": kind, "currency": currency, "opened": opened,
        "number": persons["number"][owner] * MOST + place,
        "arrival": persons["arrival"][owner],
        "is_recent": is_recent,
        "status": pick(random, (95, 3, 0.6, 0), len(owner)),
        "target": np.where(
            has_overdraft & (random.random(len(owner)) < OVERDRAWN_SHARE),
            -limit * random.integers(2, 90, len(owner)) // 100,
            _targets(block, random, owner, currency),
        ),
        "interest_points": np.array([5, 90, 210])[kind] + random.integers(0, 15, len(owner)),
        "overdraft": limit,
        "maturity": np.where(kind == 2, today + random.integers(1, 700, len(owner)), 0),
        "iban": random.integers(10**11, 10**12, len(owner)),
    }  # fmt: skip


def _targets(block: Block, random: np.random.Generator, owner: np.ndarray, currency: np.ndarray) -> np.ndarray:
    """Cents each account should hold: the owner's liquid wealth parted at random, in the account's currency."""
    persons = block.persons
    liquid = persons["wealth"] * distributions.share("liquid", persons["wealth"])
    part = random.gamma(1.2, 1, len(owner)) + 0.05
    part = part / np.bincount(owner, part, minlength=len(liquid))[owner]
    rates = block.market.rate(block.options.today, currency)
    return np.rint(liquid[owner] * part * rates * 100).astype(np.int64)


def account_ids(accounts: Columns, places: np.ndarray | None = None) -> pa.Array:
    """Bank-wide identifiers of these accounts."""
    numbers = accounts["number"] if places is None else accounts["number"][places]
    return ids("A", numbers, 10)


def ibans(accounts: Columns, places: np.ndarray) -> pa.Array:
    """Account numbers as printed on a statement."""
    return ids("CH93 0076 2", accounts["iban"][places], 12)
