"""From when until when a customer does anything with the bank, and which facts the bank never learnt.

The generated bank only: customers of the real bank have the lives that their public data tells.
"""

import numpy as np

from infra.demo_bank.block import Block
from infra.demo_bank.draw import Columns

RECENT_SHARE = 0.08
"""Customers who joined within the year before the first business date."""
SILENT_SHARE = 0.05
"""Customers who at some point of the history stop doing anything; a fifth of them leave."""
LEAVERS_AMONG_SILENT = 0.2
UNKNOWN_SHARE = 0.03
"""Persons of whom one given fact is not known."""
ALWAYS, NEVER = 0, 1 << 20
"""Days (since 1970-01-01) that stand for no beginning and no end."""
SPREAD = 0.9
"""Of the logarithm of liveliness, whose mean is one."""
FIRST_DAYS = 10
"""Days before the first business date on which the last customers of the history joined."""
GIVEN_UP = (10, 420)
"""Days before the first business date between which somebody falls silent."""


def draw_lifetimes(block: Block, persons: Columns) -> None:
    """Add `active_from`, `silent_from`, `ended` (days, see ALWAYS and NEVER); `liveliness`, a factor on what is done.

    Who joined lately starts later.
    """
    random, size, today = block.random("lifetimes"), len(persons["age"]), block.options.today
    draws = random.random((3, size))
    is_known = (persons["arrival"] == 0) & (block.options.environment == "demo")
    is_recent = is_known & (draws[0] < RECENT_SHARE)
    is_silent = is_known & ~is_recent & (draws[1] < SILENT_SHARE)
    is_gone = is_silent & (draws[2] < LEAVERS_AMONG_SILENT)
    joined = today - random.integers(FIRST_DAYS, 366, size)
    silent = today - random.integers(*GIVEN_UP, size)
    persons["started"] = np.where(is_recent, joined, persons["started"])
    for fact in ("risk_assessed", "kyc_reviewed"):
        persons[fact] = np.where(is_recent, np.maximum(persons[fact], joined), persons[fact])
    persons["status"] = np.where(is_gone, 3, persons["status"])
    persons |= {
        "active_from": np.where(is_recent, joined, ALWAYS),
        "silent_from": np.where(is_silent, silent, NEVER),
        "ended": np.where(is_gone, silent, NEVER),
        "liveliness": np.where(is_known, np.exp(random.normal(-(SPREAD**2) / 2, SPREAD, size)), 1.0),
    }


def is_active(persons: Columns, place: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whether each of these persons does something with the bank on the day beside."""
    return (day >= persons["active_from"][place]) & (day < persons["silent_from"][place])


def is_unknown(block: Block, own: Columns, fact: int) -> np.ndarray:
    """Whether the bank does not know the fact of this number about each of these persons; the same on every date."""
    mixed = (own["number"] * 2_654_435_761 + fact * 40_503) % 1_000_003
    return (mixed < UNKNOWN_SHARE * 1_000_003) & (block.options.environment == "demo")
