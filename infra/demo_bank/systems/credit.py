"""Lending: the loan book, and the process log of loan applications."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank import distributions
from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import Columns, days, ids, moments, money, pick, repeated, scaled, within, words
from infra.demo_bank.happenings import happenings
from infra.demo_bank.market import CURRENCIES
from infra.demo_bank.writing import Format

FORMATS = {
    "loans/loans": Format("loans.csv", delimiter="|", decimal_comma=True),
    "loan_origination/applications": Format("applications.xes"),
}
TYPES = ("mortgage", "lombard", "personal", "business", "student")
COLLATERAL = ("property", "securities", "none", "guarantee", "none")
STATUSES = ("running", "repaid", "in_arrears", "defaulted")
STEPS = ("A_SUBMITTED", "A_PREACCEPTED", "W_CALL", "O_SELECTED", "O_SENT", "O_ACCEPTED", "A_ACTIVATED")


def deliver(block: Block) -> Iterator[Delivery]:
    """The whole loan book and the new applications of every date."""
    for index in block.indexes:
        yield Delivery("loans/loans", index, loans(block, index))
        yield Delivery("loan_origination/applications", index, applications(block, index))


def loan_book(block: Block) -> Columns:
    """What was agreed: owner (place of the person), account it is paid from, and terms; the same on every date."""
    random, persons, own = block.random("loans"), block.persons, block.accounts
    wealth = persons["wealth"]
    chance = distributions.INDEBTED[distributions.bracket_of(wealth)] * 0.5
    is_debtor = (persons["role"] == 0) & (persons["arrival"] == 0) & (random.random(len(wealth)) < chance)
    owner = np.flatnonzero(is_debtor)
    size, account = len(owner), np.searchsorted(own["owner"], owner)
    kind = pick(random, (55, 20, 12, 11, 2), size)
    debt = distributions.share("debt", wealth[owner])
    euro = wealth[owner] / (1 - debt) * debt / distributions.INDEBTED.mean() * random.uniform(0.4, 1.4, size)
    rates = block.market.rate(block.options.today, own["currency"][account])
    return {
        "owner": owner, "account": account, "kind": kind,
        "principal": np.rint(np.maximum(euro, 5_000) * rates / 100).astype(np.int64) * 10_000,
        "term": np.array([240, 60, 48, 84, 96])[kind],
        "granted": np.maximum(block.options.today - random.integers(30, 2_400, size), persons["active_from"][owner]),
        "status": pick(random, (95, 0, 4, 1), size),
        "rate": np.array([190, 240, 690, 410, 350])[kind] + random.integers(0, 120, size),
    }  # fmt: skip


def loans(block: Block, index: int) -> pa.Table:
    """One loan for those in debt; the outstanding amount and status move with the date."""
    own, book = block.accounts, loan_book(block)
    kind, term, granted, owner, account = (book[name] for name in ("kind", "term", "granted", "owner", "account"))
    elapsed = np.minimum((block.options.day_numbers[index] - granted) // 30, term)
    moved = block.random("loans", index).random(len(kind)) < (0.01 if index else 0)
    status = np.where(elapsed >= term, 1, np.where(moved, 2, book["status"]))
    principal = book["principal"]
    return pa.table({
        "loan": ids("L", block.persons["number"][owner], 9),
        "account": ids("A", own["number"][account], 10),
        "borrower": block.person_ids.take(pa.array(owner)),
        "kind": words(TYPES, kind),
        "status": words(STATUSES, status),
        "principal": money(principal),
        "outstanding": money(principal - principal * elapsed // term),
        "instalment": money(principal // term),
        "currency": words(CURRENCIES, own["currency"][account]),
        "rate_percent": scaled(book["rate"], 2),
        "months": pa.array(term),
        "granted": days(granted),
        "ends": days(granted + term * 30),
        "days_late": pa.array(np.where(status == 2, 35, np.where(status == 3, 130, 0))),
        "collateral": words(COLLATERAL, kind),
    })  # fmt: skip


def applications(block: Block, index: int) -> pa.Table:
    """Events of applications, case by case, fifteen minutes apart."""
    cases = happenings(block, "applications", 0.12, index)
    counts = 3 + cases.integers(0, 5)
    case, step = repeated(counts), within(counts)
    amount = (cases.integers(5, 400) * 1_000)[case]
    return pa.table({
        "case_id": ids("APP", cases.number[case]),
        "party_id": cases.party.take(pa.array(case)),
        "amount": pa.array(amount),
        "step": words(STEPS, np.minimum(step, 6)),
        "lifecycle": words(["COMPLETE"], np.zeros(len(case), dtype=int)),
        "resource": ids("STAFF", cases.integers(1, 60)[case], 3),
        "moment": moments(cases.moment[case] + step * 900, "%Y-%m-%dT%H:%M:%S.000+00:00"),
    })  # fmt: skip
