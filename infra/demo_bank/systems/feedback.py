"""What customers say: surveys, instant ratings and complaints."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, flags, ids, moments, money, pick, texts, words, written
from infra.demo_bank.happenings import happenings
from infra.demo_bank.words import COMPLIMENT_LANGUAGES, COMPLIMENTS
from infra.demo_bank.writing import Format

OPINIONS = {
    "surveys/responses": Format("responses.csv", is_quoted=True),
    "instant_ratings/ratings": Format("ratings.jsonl", control=""),
}
COMPLAINTS = {"complaints/complaints": Format("complaints.csv", delimiter=";", is_quoted=True)}
FORMATS = OPINIONS | COMPLAINTS
TOUCHPOINTS = (
    "app",
    "web",
    "branch",
    "call_centre",
    "adviser",
    "onboarding",
    "payment",
    "investment",
    "lending",
    "complaint",
)
ISSUES = (
    ("Account", "Fees", "Unexpected fee"),
    ("Account", "Service", "Long waiting time"),
    ("Card", "Fraud", "Unknown payment"),
    ("Card", "Limit", "Card refused abroad"),
    ("Investment", "Advice", "Unsuitable product"),
    ("Investment", "Execution", "Late order"),
    ("Loan", "Terms", "Rate not as agreed"),
    ("Insurance", "Claim", "Claim refused"),
)
STATUSES = ("open", "in_progress", "closed_with_relief", "closed_with_explanation", "closed")

STAYS_OPEN = 40
"""Days within which no complaint is closed yet."""


def deliver(block: Block) -> Iterator[Delivery]:
    """Answers and complaints as they come; the real bank has complaints of its own."""
    for index in block.indexes:
        yield Delivery("surveys/responses", index, responses(block, index))
        yield Delivery("instant_ratings/ratings", index, ratings(block, index))
        if block.options.environment == "demo":
            yield Delivery("complaints/complaints", index, complaints(block, index))


def responses(block: Block, index: int) -> pa.Table:
    """Answers to the three kinds of survey, each on its own scale."""
    found = happenings(block, "surveys", 0.8, index)
    kind = pick(found.random, (50, 35, 15), found.size)
    mood = np.clip(found.random.normal(0.72, 0.22, found.size), 0, 1)
    score = np.rint(np.array([0, 1, 1])[kind] + mood * np.array([10, 4, 6])[kind]).astype(int)
    is_silent = found.chance(0.6)
    note = found.number % len(COMPLIMENTS)
    return pa.table({
        "response": ids("SV", found.number), "customer": found.party, "survey": words(["nps", "csat", "ces"], kind),
        "touchpoint": words(TOUCHPOINTS, found.integers(0, 10)),
        "channel": words(["email", "app", "web", "phone"], found.integers(0, 4)), "score": texts(score),
        "answered": moments(found.moment, "%d.%m.%Y %H:%M:%S", "Europe/Zurich"),
        "language": words(COMPLIMENT_LANGUAGES, note, is_silent), "comment": words(COMPLIMENTS, note, is_silent),
    })  # fmt: skip


def ratings(block: Block, index: int) -> pa.Table:
    """One to five stars right after something happened."""
    found = happenings(block, "ratings", 2, index)
    stars = np.clip(np.rint(found.random.normal(4.1, 1.0, found.size)), 1, 5).astype(int)
    return pa.table({
        "id": ids("IR", found.number), "customer": found.party, "stars": pa.array(stars),
        "about": words(TOUCHPOINTS, found.integers(0, 7)), "via": words(["app", "web"], found.integers(0, 2)),
        "at": moments(found.moment),
    })  # fmt: skip


def complaints(block: Block, index: int) -> pa.Table:
    """Complaints with product, issue and outcome."""
    found = happenings(block, "complaints", 0.12, index)
    issue = found.integers(0, len(ISSUES))
    age = block.options.day_numbers[index] - found.day
    status = np.where(age < STAYS_OPEN, found.integers(0, 2), 2 + found.integers(0, 3))
    relief = np.where(status == 2, found.integers(20, 900) * 100, 0)
    is_open = status < 2
    return pa.table({
        "complaint": ids("CP", found.number), "customer": found.party, "received": written(days(found.day), "%d.%m.%Y"),
        "product": words([one[0] for one in ISSUES], issue), "area": words([one[1] for one in ISSUES], issue),
        "issue": words([one[2] for one in ISSUES], issue),
        "via": words(["web", "phone", "email", "branch", "app", "postal_mail"], found.integers(0, 6)),
        "status": words(STATUSES, status), "resolved": written(days(found.day + STAYS_OPEN, is_open), "%d.%m.%Y"),
        "timely": flags(found.chance(0.92), "J", "N"), "disputed": flags(found.chance(0.08), "J", "N"),
        "severity": words(["low", "medium", "high", "critical"], pick(found.random, (50, 35, 12, 3), found.size)),
        "compensation": money(relief, status != 2), "text": words(COMPLIMENTS, found.number % 10),
    })  # fmt: skip
