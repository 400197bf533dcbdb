"""The card system: one card for most current accounts."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.accounts import account_ids
from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, joined, moments, money, pick, words
from infra.demo_bank.market import CURRENCIES
from infra.demo_bank.writing import Format

FORMATS = {"cards/cards": Format("cards.csv", delimiter="\t", encoding="latin-1")}
TYPES = ("debit", "classic", "gold", "platinum", "infinite", "junior")
STATUSES = ("active", "blocked", "expired", "closed")


def card_of_account(block: Block, account: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Card number of each account and whether it has one."""
    own = block.accounts
    has_card = (own["kind"] == 0) & (own["iban"] % 10 < 8) & (own["arrival"] == 0)
    return own["number"][account] * 2, has_card[account]


def deliver(block: Block) -> Iterator[Delivery]:
    """All cards first, then the changed ones."""
    own, persons = block.accounts, block.persons
    _, has_card = card_of_account(block, np.arange(len(own["number"])))
    every = np.flatnonzero(has_card)
    for index in block.indexes:
        random = block.random("cards", index)
        chosen = every if index == 0 else every[random.random(len(every)) < 0.01]
        owner = own["owner"][chosen]
        rank = np.where(
            persons["age"][owner] < 20, 5, np.minimum(persons["segment"][owner] + own["iban"][chosen] % 2, 4)
        )
        status = pick(random, (97, 1, 1, 1) if index == 0 else (30, 50, 5, 15), len(chosen))
        issued = np.maximum(own["opened"][chosen], block.options.today - own["iban"][chosen] % 1_300)
        yield Delivery("cards/cards", index, pa.table({
            "card_id": ids("K", own["number"][chosen] * 2, 10),
            "account_id": account_ids(own, chosen),
            "holder": block.person_ids.take(pa.array(owner)),
            "kind": words(TYPES, rank),
            "pan": joined("4", ids("", own["iban"][chosen] * 997 % 10**15, 15)),
            "state": words(STATUSES, status),
            "issued": days(issued),
            "expires": days(issued + 1_461),
            "limit": money((rank + 1) * 500_000),
            "currency": words(CURRENCIES, own["currency"][chosen]),
            "changed": moments(block.options.day_numbers[index] * 86_400 + 50_000 + np.arange(len(chosen)) % 900),
        }))  # fmt: skip
