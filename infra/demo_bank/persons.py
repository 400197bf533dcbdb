"""Persons: customers in households, prospects, relatives and duplicates."""

import csv

import numpy as np

from infra.demo_bank import distributions, words
from infra.demo_bank.block import STRIDE, Block
from infra.demo_bank.draw import Columns, pick
from infra.demo_bank.lifetimes import draw_lifetimes
from infra.demo_bank.options import EPOCH, Options

ROLES = ("customer", "prospect", "related")
HOUSEHOLD_SIZES = (0.76, 0.19, 0.05)
"""Shares of households with one, two and three customers: 1.3 persons on average."""
SEGMENTS = ("retail", "affluent", "private", "ultra")
SEGMENT_BOUNDS = (250_000, 1_000_000, 10_000_000)
OCCUPATIONS = (
    "employee",
    "executive",
    "entrepreneur",
    "professional",
    "public",
    "retired",
    "student",
    "homemaker",
    "other",
)
MARITAL = ("single", "married", "partnered", "divorced", "widowed")
ADVISERS_PER = 80
"""Customers an adviser looks after."""
NEW_SHARE = 0.001
"""Customers who join on each business date after the first."""


def adviser_count(options: Options) -> int:
    """Advisers of the whole bank."""
    return max(4, -(-options.customers // ADVISERS_PER))


def draw_persons(block: Block) -> Columns:
    """One row per person of the block; customers come first, members of a household side by side."""
    random = block.random("persons")
    size = block.size
    persons = _households(random, size)
    berka = real_clients(block.options) if block.options.environment == "real" else None
    _people(random, persons, berka)
    _money(random, persons)
    _relationship(random, persons, block)
    draw_lifetimes(block, persons)
    persons["number"] = block.number * block.options.block_size * STRIDE + np.arange(size) + 1
    persons["role"] = np.zeros(size, dtype=np.int64)
    persons["duplicate_of"] = np.full(size, -1)
    persons["relative_of"] = np.full(size, -1)
    if berka is not None:
        persons["number"] = berka["number"]
        persons["arrival"][:] = 0
        return persons
    return with_extras(persons, block)


def _households(random: np.random.Generator, size: int) -> Columns:
    sizes = pick(random, HOUSEHOLD_SIZES, size) + 1
    household = np.repeat(np.arange(size), sizes)[:size]
    is_new = np.r_[True, household[1:] != household[:-1]]
    head = np.maximum.accumulate(np.where(is_new, np.arange(size), 0))
    return {"household": head, "member": np.arange(size) - head}


def _people(random: np.random.Generator, persons: Columns, berka: Columns | None) -> None:
    """Names, ages, places: members share the head's family name and address."""
    size, head, member = len(persons["member"]), persons["household"], persons["member"]
    ages = distributions.draw_ages(random, size)
    ages = np.where(member == 1, np.clip(ages[head] + random.normal(0, 4, size), 19, 95), ages)
    ages = np.where(member == 2, np.clip(ages[head] - random.uniform(22, 38, size), 16, 60), ages)
    gender = random.integers(0, 2, size)
    gender = np.where(member == 1, 1 - gender[head], gender)
    script = (random.random(size) < 0.35).astype(np.int64)[head]
    if berka is not None:
        ages, gender, script = berka["age"], berka["gender"], np.zeros(size, dtype=np.int64)
        persons["birth"] = berka["birth"]
    han, latin = np.array(words.HAN_CITIES), np.array(words.LATIN_CITIES)
    city = np.where(script == 1, random.choice(han, size), random.choice(latin, size))
    persons |= {
        "age": ages, "gender": gender, "script": script,
        "given": random.integers(0, 10_000, size),
        "family": random.integers(0, 10_000, size)[head],
        "city": city[head],
        "street": random.integers(0, 10_000, size)[head],
        "house": random.integers(1, 180, size)[head],
        "postal": random.integers(0, 100, size)[head],
        "typo": np.zeros(size, dtype=np.int64),
        "luck": random.random(size),
    }  # fmt: skip


def _money(random: np.random.Generator, persons: Columns) -> None:
    head, ages = persons["household"], persons["age"]
    wealth = distributions.draw_wealth(random, ages)
    wealth = np.where(persons["member"] == 2, np.round(wealth * 0.15), wealth)
    bracket = distributions.bracket_of(wealth)
    spread = np.exp(random.normal(0, 0.35, len(ages)))
    persons["wealth"] = wealth.astype(np.int64)
    persons["income"] = np.rint(distributions.INCOME_TO_WEALTH[bracket] * wealth * spread + 12_000).astype(np.int64)
    persons["segment"] = np.searchsorted(SEGMENT_BOUNDS, wealth, side="right")
    retired = ages >= 65 + random.normal(0, 2, len(ages))
    working = pick(random, (40, 14, 23, 13, 6, 0, 0, 2, 2), len(ages))
    persons["occupation"] = np.where(retired, 5, np.where(ages < 24, 6, working))
    sizes = np.bincount(head, minlength=len(head))[head]
    alone = pick(random, (45, 8, 7, 25, 15), len(ages))
    persons["marital"] = np.where((sizes > 1) & (persons["member"] < 2), 1, np.where(persons["member"] == 2, 0, alone))
    young, old = (pick(random, shares, len(ages)) for shares in ((45, 20, 25, 8, 1.5, 0.5), (97, 3)))
    persons["dependants"] = np.where((ages > 28) & (ages < 58), young, np.where(ages < 58, 0, old))
    persons["education"] = pick(random, (3, 11, 50, 28, 8), len(ages))
    persons["industry"] = random.integers(0, 13, len(ages))


def _relationship(random: np.random.Generator, persons: Columns, block: Block) -> None:
    options, size = block.options, len(persons["age"])
    today = options.today
    if "birth" not in persons:
        persons["birth"] = (today - persons["age"] * 365.25 - 40).astype(np.int64)
    years = np.minimum(random.exponential(9, size), np.maximum(persons["age"] - 16, 0.5))
    persons["started"] = (today - 380 - years * 365).astype(np.int64)
    arrival = np.where(
        random.random(size) < NEW_SHARE * (options.days - 1), random.integers(1, max(2, options.days), size), 0
    )
    persons["arrival"] = (
        np.where(persons["member"] == 0, arrival, 0) if options.days > 1 else np.zeros(size, dtype=np.int64)
    )
    days = np.array(options.day_numbers)
    persons["started"] = np.where(persons["arrival"] > 0, days[persons["arrival"]], persons["started"])
    persons |= {
        "risk_profile": np.clip(pick(random, (10, 22, 36, 22, 10), size), 0, 4),
        "risk_assessed": today - random.integers(1, 900, size),
        "kyc_status": pick(random, (90, 6, 3.5, 0.5), size),
        "kyc_reviewed": today - random.integers(10, 1_000, size),
        "is_pep": random.random(size) < 0.006,
        "channel": pick(random, (38, 18, 14, 12, 14, 4), size),
        "adviser": random.integers(0, adviser_count(options), size)[persons["household"]],
        "status": pick(random, (94, 4, 1.5, 0), size),
        "updated": (today - random.integers(1, options.history_days, size)) * 86_400
        + random.integers(25_000, 64_000, size),
    }  # fmt: skip


def with_extras(persons: Columns, block: Block) -> Columns:
    """The same persons followed by prospects, relatives and duplicates made of them."""
    random = block.random("extras")
    size = len(persons["age"])
    counts = [max(1, int(size * share)) for share in (0.04, 0.04, 0.015 if block.options.defect_rate else 0)]
    counts[2] = counts[2] if block.options.defect_rate else 0
    base = np.concatenate([random.choice(size, min(count, size), replace=False) for count in counts])
    kind = np.repeat([1, 2, 0], [min(count, size) for count in counts])
    extra = {name: values[base] for name, values in persons.items()}
    is_copy = kind == 0
    extra["role"] = kind
    extra["arrival"][:] = 0
    extra["started"] = np.where(persons["arrival"][base] > 0, block.options.today - 400, extra["started"])
    extra["number"] = persons["number"][-1] + 1 + np.arange(len(base))
    extra["duplicate_of"] = np.where(is_copy, base, -1)
    extra["given"] = np.where(is_copy, extra["given"], random.integers(0, 10_000, len(base)))
    extra["family"] = np.where(kind == 1, random.integers(0, 10_000, len(base)), extra["family"])
    extra["typo"] = np.where(is_copy, random.integers(1, 4, len(base)), 0)
    moved = is_copy & (random.random(len(base)) < 0.6)
    extra["house"] = np.where(moved, random.integers(1, 180, len(base)), extra["house"])
    extra["street"] = np.where(moved, random.integers(0, 10_000, len(base)), extra["street"])
    extra["wealth"] = np.where(is_copy, extra["wealth"] // 5, extra["wealth"])
    extra["segment"] = np.searchsorted(SEGMENT_BOUNDS, extra["wealth"], side="right")
    extra["household"] = size + np.arange(len(base))
    extra["member"] = np.zeros(len(base), dtype=np.int64)
    extra["relative_of"] = np.where(kind == 2, base, -1)
    return {name: np.concatenate([values, extra[name]]) for name, values in persons.items()}


def real_clients(options: Options) -> Columns:
    """Number, birth and sex of the clients in the public Berka data; a month above 50 marks a woman."""
    path = options.public_data / "berka_pkdd99" / "client.asc"
    with path.open(encoding="ascii") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    shift = 24
    births, gender = [], []
    for row in rows:
        year, month, day = (int(row["birth_number"][at : at + 2]) for at in (0, 2, 4))
        gender.append(0 if month > 50 else 1)
        births.append(
            np.datetime64(f"{1900 + year + shift:04d}-{(month - 1) % 50 + 1:02d}-01") + np.timedelta64(day - 1, "D")
        )
    birth = (np.array(births, dtype="datetime64[D]") - np.datetime64(EPOCH)).astype(np.int64)
    return {
        "number": np.array([int(row["client_id"]) for row in rows]),
        "birth": birth, "gender": np.array(gender), "age": np.clip((options.today - birth) / 365.25, 16, 95),
    }  # fmt: skip
