"""Contacts with people: visits to a branch and calls."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import ids, moments, pick, texts, words
from infra.demo_bank.happenings import happenings
from infra.demo_bank.persons import adviser_count
from infra.demo_bank.words import COMPLIMENT_LANGUAGES, COMPLIMENTS
from infra.demo_bank.writing import Format

FORMATS = {
    "branch_visits/visits": Format("visits.csv", delimiter=";", encoding="latin-1"),
    "call_centre/calls": Format("calls.jsonl"),
}
TOPICS = (
    "account",
    "card",
    "payment",
    "investment",
    "loan",
    "insurance",
    "complaint",
    "advice",
    "fees",
    "address_change",
)
OUTCOMES = ("resolved", "follow_up", "transferred", "abandoned", "sale")


def deliver(block: Block) -> Iterator[Delivery]:
    """Visits and calls as they happen."""
    for index in block.indexes:
        yield Delivery("branch_visits/visits", index, visits(block, index))
        yield Delivery("call_centre/calls", index, calls(block, index))


def visits(block: Block, index: int) -> pa.Table:
    """Visits, in local time and minutes."""
    found = happenings(block, "visits", 1.5, index)
    return pa.table({
        "visit": ids("V", found.number), "client": found.party,
        "adviser": ids("ADV", found.of("adviser") + 1, 4), "branch": ids("BR", found.of("city") + 1, 2),
        "arrived": moments(found.moment, "%d.%m.%Y %H:%M", "Europe/Zurich"),
        "waited_min": texts(found.integers(0, 25)), "lasted_min": texts(found.integers(5, 80)),
        "topic": words(TOPICS, found.integers(0, len(TOPICS))),
        "result": words(["ok", "todo", "moved", "left", "sold"], pick(found.random, (70, 15, 5, 3, 7), found.size)),
    })  # fmt: skip


def calls(block: Block, index: int) -> pa.Table:
    """Calls, chats and video meetings, with a note in the customer's language."""
    found = happenings(block, "calls", 3, index)
    note = np.where(found.of("script") == 1, np.array([4, 5, 8])[found.number % 3], found.number % 4)
    agents = adviser_count(block.options)
    outcome = pick(found.random, (62, 15, 12, 7, 4), found.size)
    return pa.table({
        "callId": ids("CC", found.number), "customer": found.party,
        "agent.id": ids("ADV", found.integers(0, agents) + 1, 4),
        "medium": words(["phone", "chat", "video", "email"], pick(found.random, (60, 22, 8, 10), found.size)),
        "direction": words(["in", "out"], found.chance(0.3).astype(int)),
        "topic": words(TOPICS, found.integers(0, len(TOPICS))),
        "start": moments(found.moment, "%Y-%m-%dT%H:%M:%S%z", "Europe/Zurich"),
        "seconds.talk": pa.array(np.where(outcome == 3, 0, found.integers(20, 1_500))),
        "seconds.wait": pa.array(found.integers(0, 400)),
        "outcome": words(OUTCOMES, outcome),
        "note.language": words(COMPLIMENT_LANGUAGES, note), "note.text": words(COMPLIMENTS, note),
    })  # fmt: skip
