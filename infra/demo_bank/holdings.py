"""Positions of custody and fund accounts, which tie to their trades."""

import numpy as np

from infra.demo_bank import distributions
from infra.demo_bank.block import Block
from infra.demo_bank.draw import Columns, repeated, within
from infra.demo_bank.lifetimes import ALWAYS, is_active
from infra.demo_bank.market import PRICE_PLACES

STEP = 7
"""Instruments of one account lie this far apart in the master, so that no two are the same."""
OPENED_AFTER = 5
"""Days from the start of a relationship to the first custody account."""
TRADES_A_YEAR = 0.8
"""Of one position."""


def draw_custody(block: Block) -> Columns:
    """One row per position in shares, exchange-traded funds and bonds; see `_draw` for the columns."""
    instruments = block.market.of_kind("equity", "etf", "bond")
    return _draw(block, "custody", instruments, 0.65, distributions.share("equity", block.persons["wealth"]))


def draw_funds(block: Block) -> Columns:
    """One row per position in investment funds."""
    instruments = block.market.of_kind("fund")
    return _draw(block, "funds", instruments, 0.3, distributions.share("other_financial", block.persons["wealth"]))


def _draw(block: Block, topic: str, instruments: np.ndarray, holders: float, share: np.ndarray) -> Columns:
    """Columns: owner (place of the person), instrument, first quantity, unit cost; trades beside, named trade_*."""
    random, persons = block.random(topic), block.persons
    is_holder = (persons["role"] == 0) & (persons["arrival"] == 0) & (persons["wealth"] > 150_000)
    is_holder &= random.random(len(is_holder)) < holders
    counts = np.where(is_holder, 1 + random.poisson(2 + 2 * persons["segment"]), 0)
    counts = np.minimum(counts, len(instruments) - 1)
    owner, place = repeated(counts), within(counts)
    first = random.integers(0, len(instruments), len(persons["role"]))
    instrument = instruments[(first[owner] + place * STEP) % len(instruments)]
    weight = random.gamma(1.5, 1, len(owner)) + 0.1
    weight = weight / np.bincount(owner, weight, minlength=len(is_holder))[owner]
    today = block.options.today
    rate = block.market.rate(today, block.market.currency_indexes[instrument])
    price = block.market.price(today, instrument) / 10**PRICE_PLACES
    target = np.maximum(np.rint((persons["wealth"] * share * 0.6)[owner] * weight * rate / price), 3).astype(np.int64)
    holdings = {"owner": owner, "instrument": instrument, "target": target}
    start = block.market.price(block.options.history_start, instrument)
    holdings["unit_cost"] = np.rint(start * random.uniform(0.6, 1.1, len(owner))).astype(np.int64)
    return holdings | _trades(block, random, holdings)


def _trades(block: Block, random: np.random.Generator, holdings: Columns) -> Columns:
    """Trades on market days, and the quantity that each position begins with so that none goes short."""
    days, options = block.market.days, block.options
    owner, target = holdings["owner"], holdings["target"]
    positions, when = [], []
    for index in block.indexes:
        low, high = options.span(index)
        open_days = days[(days >= low) & (days <= high)]
        open_days = open_days if len(open_days) else np.array([high])
        rate = TRADES_A_YEAR * (options.history_days / 365 if index == 0 else options.daily_share)
        chosen = repeated(random.poisson(rate * block.persons["liveliness"][owner]))
        positions.append(chosen)
        when.append(random.choice(open_days, len(chosen)))
    position, day = np.concatenate(positions), np.concatenate(when)
    keep = is_active(block.persons, owner[position], day) & (day > first_day(block.persons, owner[position]))
    position, day = position[keep], day[keep]
    order = np.lexsort((day, position))
    position, day = position[order], day[order]
    size = np.maximum(target[position] * (0.02 + 0.5 * random.random(len(position)) ** 4), 1).astype(np.int64)
    quantity = np.where(random.random(len(position)) < 0.6, size, -size)
    total = np.cumsum(quantity)
    counts = np.bincount(position, minlength=len(owner))
    starts = np.cumsum(counts) - counts
    before = np.where(starts > 0, total[starts - 1], 0) if len(total) else np.zeros(len(owner), dtype=np.int64)
    lowest = np.zeros(len(owner), dtype=np.int64)
    np.minimum.at(lowest, position, total - before[position])
    past = np.zeros(len(owner), dtype=np.int64)
    np.add.at(past, position[day <= options.today], quantity[day <= options.today])
    return {
        "first_quantity": np.maximum(target - past, 1 - lowest),
        "trade_position": position, "trade_day": day, "trade_quantity": quantity,
        "trade_number": block.number * 10**8 + np.arange(len(position)) + 1,
        "trade_date_index": np.searchsorted(options.day_numbers, day, side="left"),
        "trade_luck": random.integers(0, 1 << 31, len(position)),
    }  # fmt: skip


def first_day(persons: Columns, owner: np.ndarray) -> np.ndarray:
    """Day of the first positions of customers of the last year; ALWAYS of the others."""
    joined = persons["active_from"][owner]
    return np.where(joined > ALWAYS, joined + OPENED_AFTER, ALWAYS)


def quantity_at(holdings: Columns, day: int) -> np.ndarray:
    """Units held of every position at the end of a day."""
    held = holdings["first_quantity"].copy()
    past = holdings["trade_day"] <= day
    np.add.at(held, holdings["trade_position"][past], holdings["trade_quantity"][past])
    return held
