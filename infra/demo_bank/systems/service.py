"""Service cases. This system is a database: its rows are loaded into PostgreSQL and read over JDBC."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, moments, pick, texts, words
from infra.demo_bank.happenings import happenings
from infra.demo_bank.writing import Format

FORMATS = {"service_cases/cases": Format("cases.csv", folder=".database")}
TYPES = ("request", "question", "repair", "dispute", "review", "fraud")
STATUSES = ("open", "waiting", "resolved", "closed")


def deliver(block: Block) -> Iterator[Delivery]:
    """Cases opened since the last date."""
    for index in block.indexes:
        yield Delivery("service_cases/cases", index, cases(block, index))


def cases(block: Block, index: int) -> pa.Table:
    """One row per case; the first column is the date on which the database shows it."""
    found = happenings(block, "cases", 0.7, index)
    length = found.integers(1, 200) * 3_600
    is_open = found.moment + length > (block.options.day_numbers[index] + 1) * 86_400
    closed = pa.compute.if_else(pa.array(is_open), None, moments(found.moment + length))
    return pa.table({
        "delivery_date": days(np.full(found.size, block.options.day_numbers[index])),
        "case_id": ids("SC", found.number), "customer_id": found.party,
        "case_type": words(TYPES, pick(found.random, (35, 30, 12, 10, 10, 3), found.size)),
        "priority": words(["low", "normal", "high", "urgent"], pick(found.random, (20, 60, 16, 4), found.size)),
        "status": words(STATUSES, found.number % 2 + np.where(is_open, 0, 2)),
        "channel": words(["app", "web", "phone", "branch", "email"], found.integers(0, 5)),
        "team": ids("SERVICE-", found.number % 6 + 1),
        "opened_at": moments(found.moment), "closed_at": closed, "due_at": moments(found.moment + 5 * 86_400),
        "reopened": texts((found.number % 20 == 0).astype(int)),
    })  # fmt: skip
