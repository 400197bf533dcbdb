"""Postings whose running balance ties to the balances delivered beside them."""

import numpy as np

from infra.demo_bank.block import Block
from infra.demo_bank.draw import Columns, pick, repeated
from infra.demo_bank.lifetimes import is_active
from infra.demo_bank.market import PRICE_PLACES

TYPES = (
    "salary", "transfer", "card_payment", "cash_withdrawal", "cash_deposit", "direct_debit", "standing_order", "fee",
    "interest", "tax", "trade_settlement", "insurance_premium", "loan_payment", "pension", "dividend", "other",
)  # fmt: skip
EVERYDAY = (0, 14, 46, 7, 1, 9, 4, 3, 2, 1.2, 0, 2.5, 2, 0, 2, 5)
"""Shares of the postings that follow no calendar."""
CREDIT_CHANCE = np.array([1, 0.45, 0.02, 0, 1, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 1, 1, 0.4])
TYPICAL = np.log(np.array([7e3, 2.5e3, 85, 300, 900, 160, 900, 18, 60, 1.2e3, 1, 350, 1.4e3, 4e3, 420, 220]))
"""Logarithm of a usual amount in euro for each type."""
WINDFALLS = 0.03
"""Large sums of the last months, as a share of the customers."""
OPENING = 1
"""Type of the transfer that opens an account."""
PAYDAYS = 4
"""Days at the end of a month on which employers pay."""
MIN_CALENDAR = 40
"""Below so many postings a customer and year, salaries and standing orders are left out."""


def draw_postings(block: Block) -> Columns:
    """One row per posting in order of account and day, with the signed cents and the balance after it."""
    random, accounts = block.random("postings"), block.accounts
    parts = [_openings(block), _everyday(block, random), *_calendar(block, random)]
    parts += [_windfalls(block), _settlements(block), _first_deposits(block)]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(rows["account"] * (1 << 20) + (rows["day"] - block.options.history_start + 400), kind="stable")
    rows = {name: values[order] for name, values in rows.items()}
    rows["balance"] = _running(block, rows)
    rows["number"] = block.number * 10**9 + np.arange(len(order)) + 1
    rows["date_index"] = np.searchsorted(block.options.day_numbers, rows["day"], side="left")
    rows["currency"] = accounts["currency"][rows["account"]]
    return rows


def _everyday(block: Block, random: np.random.Generator) -> Columns:
    """Postings at random moments, most of them on current accounts."""
    options, accounts = block.options, block.accounts
    weight = np.array([1.0, 0.06, 0.0])[accounts["kind"]] * np.where(accounts["place"] == 0, 1.0, 0.25)
    weight = weight / max(weight.sum(), 1e-9) * block.size
    weight = weight * block.persons["liveliness"][accounts["owner"]]
    calendar = 24 if options.postings >= MIN_CALENDAR else 0
    history = random.poisson(weight * max(options.postings - calendar, 1) * (accounts["arrival"] == 0))
    spans = [options.span(index) for index in block.indexes]
    counts = [history] + [
        random.poisson(weight * options.postings * options.daily_share * (accounts["arrival"] < index))
        for index in block.indexes if index
    ]  # fmt: skip
    account = np.concatenate([repeated(count) for count in counts])
    day = np.concatenate(
        [random.integers(low, high + 1, count.sum()) for (low, high), count in zip(spans, counts, strict=True)]
    )
    keep = _is_used(block, account, day)
    account, day = account[keep], day[keep]
    kind = pick(random, EVERYDAY, len(account))
    return _rows(block, random, account, day, kind)


def _is_used(block: Block, account: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether the account is there and its owner does anything on the day."""
    accounts = block.accounts
    return (day >= accounts["opened"][account]) & is_active(block.persons, accounts["owner"][account], day)


def _rows(block: Block, random: np.random.Generator, account: np.ndarray, day: np.ndarray, kind: np.ndarray) -> Columns:
    """Amounts that fit the type, the owner's means and the currency."""
    accounts = block.accounts
    means = np.sqrt(block.persons["income"][accounts["owner"][account]] / 120_000)
    euro = np.exp(TYPICAL[kind] + random.normal(0, 0.7, len(kind))) * means
    rates = block.market.rate(block.options.today, np.arange(8))[accounts["currency"][account]]
    cents = np.maximum(np.rint(euro * rates * 100).astype(np.int64), 1)
    sign = np.where(random.random(len(kind)) < CREDIT_CHANCE[kind], 1, -1)
    return {
        "account": account,
        "day": day,
        "type": kind,
        "cents": cents * sign,
        "luck": random.integers(0, 1 << 31, len(kind)),
    }


def _calendar(block: Block, random: np.random.Generator) -> list[Columns]:
    """Salary or pension from the 25th on and rent on the first of every month, on each customer's first account."""
    options, accounts = block.options, block.accounts
    if options.postings < MIN_CALENDAR:
        return []
    account = np.flatnonzero((accounts["place"] == 0) & (accounts["arrival"] == 0))
    last = np.datetime64(options.dates[-1], "D").astype("datetime64[M]")
    months = np.arange(last - options.history_days // 30, last + 1)
    parts = []
    is_retired = block.persons["occupation"][accounts["owner"][account]] == 5
    payday = 25 + accounts["owner"][account] % PAYDAYS
    for month_day, kinds in ((payday, np.where(is_retired, 13, 0)), (np.ones_like(payday), np.full(len(account), 6))):
        firsts = (months.astype("datetime64[D]") - np.datetime64("1970-01-01")).astype(np.int64)
        monthly = _rows(block, random, account, np.zeros(len(account), dtype=np.int64), kinds)
        part = {name: np.tile(values, len(firsts)) for name, values in monthly.items()}
        part["day"] = np.repeat(firsts, len(account)) + np.tile(month_day - 1, len(firsts))
        is_told = (part["day"] >= options.history_start) & (part["day"] <= options.day_numbers[-1])
        keep = is_told & _is_used(block, part["account"], part["day"])
        parts.append({name: values[keep] for name, values in part.items()})
    return parts


def _windfalls(block: Block) -> Columns:
    """A house sold or bought, an inheritance: large sums that come or go within the last months of the history."""
    accounts, today = block.accounts, block.options.today
    if block.options.environment != "demo":
        return {name: np.zeros(0, dtype=np.int64) for name in ("account", "day", "type", "cents", "luck")}
    random = block.random("windfalls")
    first = np.flatnonzero((accounts["place"] == 0) & (accounts["arrival"] == 0))
    account = random.choice(first, int(len(first) * WINDFALLS))
    day = today - random.integers(0, 120, len(account))
    keep = _is_used(block, account, day)
    account, day = account[keep], day[keep]
    rows = _rows(block, random, account, day, np.full(len(account), OPENING))
    rates = block.market.rate(today, np.arange(8))[accounts["currency"][account]]
    euro = np.exp(random.normal(np.log(400_000), 1.0, len(account)))
    rows["cents"] = np.rint(euro * rates * 100).astype(np.int64) * np.where(random.random(len(account)) < 0.6, 1, -1)
    return rows


def _settlements(block: Block) -> Columns:
    """The money of every trade, two days later, on the owner's first account and in its currency."""
    held, accounts, market = block.custody, block.accounts, block.market
    keep = np.flatnonzero(held["trade_day"] + 2 <= block.options.day_numbers[-1])
    position, day = held["trade_position"][keep], held["trade_day"][keep]
    instrument = held["instrument"][position]
    account = np.searchsorted(accounts["owner"], held["owner"][position])
    gross = held["trade_quantity"][keep] * market.price(day, instrument) / 10**PRICE_PLACES
    rate = market.rate(day, accounts["currency"][account]) / market.rate(day, market.currency_indexes[instrument])
    cents = -np.rint(gross * rate * 100).astype(np.int64)
    luck = held["trade_luck"][keep].astype(np.int64)
    return {"account": account, "day": day + 2, "type": np.full(len(keep), 10), "cents": cents, "luck": luck}


def _openings(block: Block) -> Columns:
    """A place for the money that a customer of the last year brought along; `_running` says how much it was."""
    new = np.flatnonzero(block.accounts["is_recent"])
    return {"account": new, "day": block.accounts["opened"][new], "type": np.full(len(new), OPENING),
            "cents": np.zeros_like(new), "luck": new * 7919 % (1 << 31)}  # fmt: skip


def _first_deposits(block: Block) -> Columns:
    """The money that a new customer brings on the first day."""
    accounts = block.accounts
    new = np.flatnonzero(accounts["arrival"] > 0)
    days = np.array(block.options.day_numbers)[accounts["arrival"][new]]
    return {"account": new, "day": days, "type": np.full(len(new), 1), "cents": np.maximum(accounts["target"][new], 1),
            "luck": new * 7919 % (1 << 31)}  # fmt: skip


def _running(block: Block, rows: Columns) -> np.ndarray:
    """Balance after each posting; adds `opening` to the accounts, high enough that nobody is overdrawn for long."""
    accounts, account = block.accounts, rows["account"]
    size = len(accounts["number"])
    total = np.cumsum(rows["cents"])
    counts = np.bincount(account, minlength=size)
    starts = np.cumsum(counts) - counts
    before = np.where(starts > 0, total[starts - 1], 0) if len(total) else np.zeros(size, dtype=np.int64)
    relative = total - before[account]
    lowest = np.zeros(size, dtype=np.int64)
    np.minimum.at(lowest, account, relative)
    by_today = np.zeros(size, dtype=np.int64)
    past = rows["day"] <= block.options.today
    np.add.at(by_today, account[past], rows["cents"][past])
    floor = -lowest - accounts["overdraft"]
    opening = np.maximum(accounts["target"] - by_today, floor)
    opening = np.where(accounts["arrival"] > 0, 0, np.where(accounts["is_recent"], np.maximum(opening, 1), opening))
    first = np.flatnonzero((rows["cents"] == 0) & (rows["type"] == OPENING) & accounts["is_recent"][account])
    rows["cents"][first] = opening[account[first]]
    accounts["opening"] = np.where(accounts["is_recent"], 0, opening)
    return relative + opening[account]


def balance_at(block: Block, day: int) -> np.ndarray:
    """Cents on every account at the end of a day."""
    accounts, rows = block.accounts, block.postings
    counts = np.bincount(rows["account"][rows["day"] <= day], minlength=len(accounts["number"]))
    starts = np.searchsorted(rows["account"], np.arange(len(counts)))
    last = np.clip(starts + counts - 1, 0, max(len(rows["balance"]) - 1, 0))
    known = rows["balance"][last] if len(rows["balance"]) else np.zeros(len(counts), dtype=np.int64)
    return np.where(counts > 0, known, accounts["opening"])
