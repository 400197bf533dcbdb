"""The insurance system: policies."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, money, pick, words
from infra.demo_bank.writing import Format

FORMATS = {"insurance/policies": Format("policies.xml", root="policies", row="policy")}
TYPES = ("life", "annuity", "health", "accident", "property", "pension")
PRODUCTS = ("INS-LIF", "INS-ANN", "INS-HEA", "INS-ACC", "INS-PRO", "INS-PEN")
STATUSES = ("active", "lapsed", "claimed", "ended")


def deliver(block: Block) -> Iterator[Delivery]:
    """Every policy on every date."""
    for index in block.indexes:
        yield Delivery("insurance/policies", index, policies(block, index))


def policies(block: Block, index: int) -> pa.Table:
    """One policy for four customers in ten, drawn once; a few change their status later."""
    random, persons = block.random("policies"), block.persons
    owner = block.customers[random.random(len(block.customers)) < 0.4]
    size = len(owner)
    kind = pick(random, (35, 12, 15, 10, 15, 13), size)
    insured = random.integers(2, 80, size) * 25_000_00
    status = pick(random, (93, 3, 2, 2), size)
    changed = block.random("policies", index).random(size) < (0.01 if index else 0)
    started = np.maximum(persons["started"][owner], block.options.today - random.integers(60, 5_000, size))
    has_value = np.isin(kind, (0, 1, 5))
    return pa.table({
        "number": ids("PO", persons["number"][owner], 9),
        "holder": block.person_ids.take(pa.array(owner)),
        "product": words(PRODUCTS, kind),
        "type": words(TYPES, kind),
        "status": words(STATUSES, np.where(changed, 2, status)),
        "insured": money(insured),
        "premium": money(insured // 60),
        "cashValue": money(insured // 3, ~has_value),
        "currency": words(["EUR", "CHF"], owner % 2),
        "from": days(started),
        "until": days(started + 7_300),
        "beneficiaries": pa.array(kind % 3),
    })  # fmt: skip
