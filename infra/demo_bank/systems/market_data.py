"""Market data from outside: exchange rates, prices and the instrument master."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, flags, scaled, words, written
from infra.demo_bank.market import CURRENCIES, PRICE_PLACES, RATE_PLACES, Market
from infra.demo_bank.writing import Format

FORMATS = {
    "fx/rates": Format("rates.csv"),
    "prices/closes": Format("closes.csv.gz", delimiter="|"),
    "instrument_master/instruments": Format("instruments.csv.zip", delimiter=";", is_quoted=True, decimal_comma=True),
}


def deliver(block: Block) -> Iterator[Delivery]:
    """The history first, then a day; the instrument master in full."""
    if not block.is_first:
        return
    market = block.market
    for index in block.indexes:
        low, high = block.options.span(index)
        places = np.flatnonzero((market.days >= (low if index else 0)) & (market.days <= high))
        yield Delivery("fx/rates", index, rates(market, places))
        yield Delivery("prices/closes", index, closes(market, places))
        yield Delivery("instrument_master/instruments", index, instruments(block))


def rates(market: Market, places: np.ndarray) -> pa.Table:
    """One row per day and currency against the euro."""
    currency = np.tile(np.arange(1, len(CURRENCIES)), len(places))
    place = np.repeat(places, len(CURRENCIES) - 1)
    return pa.table({
        "date": written(days(market.days[place]), "%d/%m/%Y"),
        "base": words(["EUR"], np.zeros(len(place), dtype=int)),
        "quote": words(CURRENCIES, currency),
        "rate": scaled(market.rates[place, currency], RATE_PLACES),
    })  # fmt: skip


def closes(market: Market, places: np.ndarray) -> pa.Table:
    """One row per day and instrument."""
    instrument = np.tile(np.arange(len(market.instruments)), len(places))
    place = np.repeat(places, len(market.instruments))
    kinds = np.array([one.kind == "fund" for one in market.instruments])
    return pa.table({
        "instrument": words([one.instrument_id for one in market.instruments], instrument),
        "day": written(days(market.days[place]), "%Y%m%d"),
        "kind": words(["C", "N"], kinds[instrument].astype(int)),
        "price": scaled(market.prices[place, instrument], PRICE_PLACES),
        "currency": words([one.currency for one in market.instruments], instrument),
    })  # fmt: skip


def instruments(block: Block) -> pa.Table:
    """The whole master."""
    every = block.market.instruments
    coupons = np.array([one.coupon_points for one in every])
    is_bond = coupons > 0
    return pa.table({
        "isin": [one.instrument_id for one in every],
        "type": [one.kind for one in every], "asset_class": [one.asset_class for one in every],
        "name": [one.name for one in every], "currency": [one.currency for one in every],
        "exchange": [f"X{one.country}" for one in every], "country": [one.country for one in every],
        "sector": [one.sector for one in every], "risk": pa.array([one.risk_level for one in every]),
        "coupon_percent": scaled(coupons, 2, ~is_bond),
        "maturity": written(days(block.options.today + 400 + coupons * 5, ~is_bond), "%d.%m.%Y"),
        "tradable": flags(np.arange(len(every)) % 40 > 0, "1", "0"),
    })  # fmt: skip
