"""External data beside the market's: watchlists, the consumption panel and macro series."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank import names
from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, joined, scaled, words, written
from infra.demo_bank.words import CITIES
from infra.demo_bank.writing import Format

LISTS = {"watchlists/entries": Format("entries.xml", root="list", row="record")}
PANEL = {"consumption_panel/spending": Format("spending.csv", delimiter=";", encoding="latin-1", decimal_comma=True)}
MACRO = {"macro_series/observations": Format("observations.csv", delimiter="|")}
FORMATS = LISTS | PANEL | MACRO
ENTRIES = 300
SERIES = (
    ("policy_rate_eur", "percent", 200),
    ("inflation_eur", "percent", 210),
    ("gdp_growth_eur", "percent", 120),
    ("house_prices_ch", "index", 14_500),
    ("unemployment_cn", "percent", 510),
)
CATEGORIES = ("groceries", "travel", "dining", "luxury", "health")


def deliver(block: Block) -> Iterator[Delivery]:
    """The lists in full each day; the panel and the series once, a month at a time thereafter."""
    if not block.is_first:
        return
    yield Delivery("consumption_panel/spending", 0, spending(block))
    for index in block.indexes if block.options.environment == "demo" else ():
        yield Delivery("watchlists/entries", index, entries(block))
        yield Delivery("macro_series/observations", index, observations(block, index))


def entries(block: Block) -> pa.Table:
    """Listed names with an alias each; one in ten is the name of a customer of the bank."""
    random, persons = block.random("watchlists"), block.persons
    place = random.integers(0, len(persons["number"]), ENTRIES)
    listed = {name: values[place] for name, values in persons.items()}
    is_customer = np.arange(ENTRIES) % 10 == 0
    listed["given"] = np.where(is_customer, listed["given"], random.integers(0, 10_000, ENTRIES))
    listed["family"] = np.where(is_customer, listed["family"], random.integers(0, 10_000, ENTRIES))
    _, _, full = names.person_names(listed)
    given, family = names.written_names(listed, in_pinyin=True)
    number = np.repeat(np.arange(ENTRIES), 2)
    alias = np.tile([0, 1], ENTRIES)
    both = pa.chunked_array([full, joined(family, ", ", given)]).take(pa.array(number + alias * ENTRIES))
    return pa.table({
        "listing": words(["internal", "pep_us"], number % 2), "entry": ids("WL", number + 1, 5),
        "sequence": pa.array(alias),
        "kind": words(["person"], number * 0), "name": both, "quality": words(["primary", "strong"], alias),
        "programme": words(["fraud", "politics", "sanctions"], number % 3),
        "country": words([one[2] for one in CITIES], listed["city"][number]),
        "born": written(days(listed["birth"][number]), "%Y"), "listed": days(block.options.today - 30 - number * 3),
    })  # fmt: skip


def months(block: Block) -> np.ndarray:
    """First days of the months of the history, as days since 1970-01-01."""
    low, high = np.datetime64(block.options.history_start, "D"), np.datetime64(block.options.today, "D")
    return np.arange(low.astype("datetime64[M]"), high.astype("datetime64[M]")).astype("datetime64[D]").astype(np.int64)


def spending(block: Block) -> pa.Table:
    """Index of spending per month, city and category."""
    firsts, random = months(block), block.random("panel")
    size = len(firsts) * len(CITIES) * len(CATEGORIES)
    number = np.arange(size)
    city, category = number % len(CITIES), number // len(CITIES) % len(CATEGORIES)
    return pa.table({
        "month": written(days(firsts[number // (len(CITIES) * len(CATEGORIES))]), "%m.%Y"),
        "city": words([one[0] for one in CITIES], city), "category": words(CATEGORIES, category),
        "index": scaled(10_000 + random.integers(-1_500, 1_500, size), 2),
    })  # fmt: skip


def observations(block: Block, index: int) -> pa.Table:
    """Monthly values in the first delivery, nothing new within the month."""
    firsts = months(block) if index == 0 else months(block)[:0]
    series = np.tile(np.arange(len(SERIES)), len(firsts))
    level = np.array([one[2] for one in SERIES])[series]
    walk = block.random("macro").integers(-10, 11, len(series))
    return pa.table({
        "series": words([one[0] for one in SERIES], series), "period": days(np.repeat(firsts, len(SERIES))),
        "value": scaled(level + walk, 2), "unit": words([one[1] for one in SERIES], series),
    })  # fmt: skip
