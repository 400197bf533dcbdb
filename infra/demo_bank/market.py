"""Instruments, prices and exchange rates of the generated bank, or those of the public data folder."""

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from infra.demo_bank.draw import generator, pick
from infra.demo_bank.options import EPOCH, Options
from infra.demo_bank.words import COMPANY_HAN, COMPANY_HAN_TRADES, COMPANY_TRADES, COMPANY_WORDS

CURRENCIES = ("EUR", "CHF", "USD", "GBP", "CNY", "HKD", "JPY", "SEK")
FIRST_RATES = np.array([1.0, 0.94, 1.09, 0.85, 7.85, 8.51, 168.0, 11.1])
"""Units of each currency for one euro at the start."""
RATE_PLACES, PRICE_PLACES = 6, 4

KINDS = ("equity", "etf", "fund", "bond")
KIND_COUNTS = (120, 40, 50, 30)
ASSET_CLASSES = {"equity": ("equity",), "bond": ("fixed_income",), "etf": ("equity", "fixed_income", "commodity"),
                 "fund": ("multi_asset", "equity", "fixed_income", "real_estate", "alternative")}  # fmt: skip
SECTORS = ("Technology", "Health Care", "Financials", "Industrials", "Energy", "Consumer", "Utilities", "Materials")


@dataclass(frozen=True)
class Instrument:
    """One row of the instrument master."""

    instrument_id: str
    kind: str
    asset_class: str
    name: str
    currency: str
    country: str
    sector: str
    risk_level: int
    coupon_points: int = 0
    """Coupon a year in hundredths of a per cent."""


@dataclass(frozen=True)
class Market:
    """Prices and rates on every weekday; a weekend has the Friday's."""

    instruments: tuple[Instrument, ...]
    days: np.ndarray
    prices: np.ndarray
    """Day by instrument, in units of 10^-PRICE_PLACES."""
    rates: np.ndarray
    """Day by currency, in units of 10^-RATE_PLACES for one euro."""

    def of_kind(self, *kinds: str) -> np.ndarray:
        """Indexes of the instruments of these kinds."""
        return np.array([index for index, one in enumerate(self.instruments) if one.kind in kinds])

    @property
    def currency_indexes(self) -> np.ndarray:
        """Currency index of every instrument."""
        return np.array([CURRENCIES.index(one.currency) for one in self.instruments])

    def place(self, days: np.ndarray | int) -> np.ndarray:
        """Row of `prices` and `rates` that holds on each day."""
        return np.clip(np.searchsorted(self.days, days, side="right") - 1, 0, len(self.days) - 1)

    def price(self, days: np.ndarray | int, instruments: np.ndarray) -> np.ndarray:
        """Price of each instrument on each day, in units of 10^-PRICE_PLACES."""
        return self.prices[self.place(days), instruments]

    def rate(self, days: np.ndarray | int, currencies: np.ndarray) -> np.ndarray:
        """Units of each currency for one euro on each day."""
        return self.rates[self.place(days), currencies] / 10**RATE_PLACES


def make_market(options: Options) -> Market:
    """The market of these options' environment."""
    if options.environment == "real":
        return real_market(options.public_data / "equity_prices_skfolio")
    return generated_market(options)


def generated_market(options: Options) -> Market:
    """Random walks from two weeks before the history to the last business date."""
    random = generator(options.seed, "market")
    span = np.arange(options.history_start - 14, options.day_numbers[-1] + 1)
    days = span[(span + 3) % 7 < 5]
    instruments = tuple(
        _instrument(random, kind, n) for kind, count in zip(KINDS, KIND_COUNTS, strict=True) for n in range(count)
    )
    start = np.exp(random.normal(4.2, 0.7, len(instruments)))
    volatility = np.array(
        [{"equity": 0.015, "etf": 0.010, "fund": 0.006, "bond": 0.003}[one.kind] for one in instruments]
    )
    moves = random.normal(0.0002, 1, (len(days), len(instruments))) * volatility
    prices = np.maximum(np.rint(start * np.exp(np.cumsum(moves, axis=0)) * 10**PRICE_PLACES), 100).astype(np.int64)
    drift = random.normal(0, 0.004, (len(days), len(CURRENCIES)))
    drift[:, 0] = 0
    rates = np.rint(FIRST_RATES * np.exp(np.cumsum(drift, axis=0)) * 10**RATE_PLACES).astype(np.int64)
    return Market(instruments, days, prices, rates)


def _instrument(random: np.random.Generator, kind: str, number: int) -> Instrument:
    currency = CURRENCIES[int(pick(random, (25, 25, 30, 8, 4, 8), 1)[0])]
    country = {"EUR": "DE", "CHF": "CH", "USD": "US", "GBP": "GB", "CNY": "CN", "HKD": "HK"}[currency]
    if country in ("CN", "HK"):
        name = COMPANY_HAN[number % 10] + COMPANY_HAN_TRADES[number // 10 % 8]
    else:
        name = f"{COMPANY_WORDS[number % 14]} {COMPANY_TRADES[number // 14 % 12]}"
    name += {"equity": " AG", "etf": " UCITS ETF", "fund": " Fund A", "bond": " Notes"}[kind]
    classes = ASSET_CLASSES[kind]
    risk = {"equity": 6, "etf": 5, "fund": 4, "bond": 2}[kind]
    coupon = int(random.integers(25, 600)) if kind == "bond" else 0
    key = isin(country, KINDS.index(kind) * 1_000 + number)
    asset_class, sector = classes[number % len(classes)], SECTORS[number % len(SECTORS)]
    return Instrument(key, kind, asset_class, name, currency, country, sector, risk, coupon)


def isin(country: str, number: int) -> str:
    """An ISO 6166 number with its check digit."""
    stem = f"{country}{700_000_000 + number}"
    return f"{stem}{check_digit(stem)}"


def check_digit(stem: str) -> int:
    """Last digit of an ISO 6166 number: letters become two digits, every second digit from the right counts twice."""
    digits = "".join(str(int(sign, 36)) for sign in stem)
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def real_market(folder: Path) -> Market:
    """Daily closes of the stocks and factor funds in the public data folder, in US dollars."""
    tables = [_closes(folder / name) for name in ("sp500_dataset.csv.gz", "factors_dataset.csv.gz")]
    days = sorted(set(tables[0][1]) & set(tables[1][1]))
    columns = [[by_day[day] for day in days] for _, by_day in tables]
    prices = np.rint(np.hstack([np.array(rows) for rows in columns]) * 10**PRICE_PLACES).astype(np.int64)
    tickers = [("equity", name) for name in tables[0][0]] + [("etf", name) for name in tables[1][0]]
    instruments = tuple(Instrument(f"US-{name}", kind, "equity", name, "USD", "US", "", 6) for kind, name in tickers)
    rates = np.tile(np.rint(FIRST_RATES * 10**RATE_PLACES).astype(np.int64), (len(days), 1))
    return Market(instruments, np.array(days), prices, rates)


def _closes(path: Path) -> tuple[list[str], dict[int, list[float]]]:
    with gzip.open(path, "rt") as lines:
        rows = csv.reader(lines)
        names = next(rows)[1:]
        return names, {
            (date.fromisoformat(row[0]) - EPOCH).days: [float(value) for value in row[1:]]
            for row in rows
            if "" not in row
        }
