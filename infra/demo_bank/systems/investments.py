"""Custody and the fund platform: accounts, positions, trades."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import Columns, days, flags, ids, moments, money, scaled, words, written
from infra.demo_bank.holdings import OPENED_AFTER, first_day, quantity_at
from infra.demo_bank.market import CURRENCIES, PRICE_PLACES
from infra.demo_bank.writing import Format

CUSTODY = {
    "custody/accounts": Format("accounts.parquet"),
    "custody/positions": Format("positions.parquet"),
    "custody/trades": Format("trades.csv.gz", delimiter=";", decimal_comma=True, control="gross"),
}
FUNDS = {
    "funds/accounts": Format("accounts.xml", root="accounts", row="record"),
    "funds/positions": Format("positions.xml", root="holdings", row="holding"),
}
FORMATS = CUSTODY | FUNDS
CHANNELS = ("app", "web", "phone", "adviser", "mandate")


def deliver(block: Block) -> Iterator[Delivery]:
    """Accounts at first, then those that changed; positions of every date; trades as they happen."""
    holdings = {"custody": block.custody, "funds": block.funds} if len(block.market.of_kind("fund")) else {}
    for index in block.indexes:
        for system, held in (holdings or {"custody": block.custody}).items():
            prefix = system[0].upper()
            yield Delivery(f"{system}/accounts", index, accounts(block, held, prefix, index))
            yield Delivery(f"{system}/positions", index, positions(block, held, prefix, index))
        yield Delivery("custody/trades", index, trades(block, block.custody, index))


def account_ids(block: Block, prefix: str, owner: np.ndarray) -> pa.Array:
    """One account a person and platform."""
    return ids(prefix, block.persons["number"][owner], 9)


def accounts(block: Block, held: Columns, prefix: str, index: int) -> pa.Table:
    """The accounts and their owners."""
    owner = np.unique(held["owner"])
    owner = owner if index == 0 else owner[block.random(prefix, index).random(len(owner)) < 0.005]
    cities = block.persons["city"][owner]
    changed = block.options.day_numbers[index] * 86_400 + 61_200
    return pa.table({
        "account": account_ids(block, prefix, owner),
        "owner": block.person_ids.take(pa.array(owner)),
        "product": words(["SEC-CUS" if prefix == "C" else "FND-ACC"], np.zeros(len(owner), dtype=int)),
        "currency": words(["EUR", "CHF", "USD"], block.persons["number"][owner] % 3),
        "branch": ids("BR", cities + 1, 2),
        "status": words(["open", "blocked"], np.full(len(owner), int(index > 0))),
        "opened": days(block.persons["started"][owner] + OPENED_AFTER),
        "changed": moments(np.full(len(owner), changed)),
    })  # fmt: skip


def positions(block: Block, held: Columns, prefix: str, index: int) -> pa.Table:
    """Everything held at the end of the day; the first delivery also has the beginning of the history."""
    options, market = block.options, block.market
    dates = [options.history_start - 1, options.today] if index == 0 else [options.day_numbers[index]]
    quantity = np.concatenate([quantity_at(held, day) for day in dates])
    day, place = np.repeat(dates, len(held["owner"])), np.tile(np.arange(len(held["owner"])), len(dates))
    owner, instrument = held["owner"][place], held["instrument"][place]
    day = np.maximum(day, first_day(block.persons, owner))
    return pa.table({
        "account": account_ids(block, prefix, owner),
        "instrument": words([one.instrument_id for one in market.instruments], instrument),
        "date": days(day),
        "quantity": pa.array(quantity),
        "cost": scaled(quantity * held["unit_cost"][place], PRICE_PLACES),
        "value": scaled(quantity * market.price(day, instrument), PRICE_PLACES),
        "currency": words(CURRENCIES, market.currency_indexes[instrument]),
    })  # fmt: skip


def trades(block: Block, held: Columns, index: int) -> pa.Table:
    """The trades that arrive on this date, at the day's price."""
    chosen = np.flatnonzero(held["trade_date_index"] == index)
    position, day = held["trade_position"][chosen], held["trade_day"][chosen]
    quantity, luck = held["trade_quantity"][chosen], held["trade_luck"][chosen]
    instrument = held["instrument"][position]
    price = block.market.price(day, instrument)
    gross = np.abs(quantity) * price
    return pa.table({
        "trade": ids("TR", held["trade_number"][chosen]),
        "account": account_ids(block, "C", held["owner"][position]),
        "instrument": words([one.instrument_id for one in block.market.instruments], instrument),
        "traded": written(days(day), "%d.%m.%Y"),
        "settles": written(days(day + 2), "%d.%m.%Y"),
        "side": words(["S", "B"], (quantity > 0).astype(int)),
        "quantity": pa.array(np.abs(quantity)),
        "price": scaled(price, PRICE_PLACES),
        "gross": scaled(gross, PRICE_PLACES),
        "fee": money(gross // 10_000 // 2 + 1_500),
        "currency": words(CURRENCIES, block.market.currency_indexes[instrument]),
        "channel": words(CHANNELS, luck % 5),
        "advised": flags(luck % 5 > 2, "J", "N"),
    })  # fmt: skip
