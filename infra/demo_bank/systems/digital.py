"""Tracked events of the app and the web site."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import flags, ids, joined, moments, money, repeated, texts, within, words
from infra.demo_bank.happenings import Happenings, happenings, serial
from infra.demo_bank.writing import Format

FORMATS = {
    "app_events/points": Format("points.jsonl"),
    "app_events/events": Format("events.jsonl.gz"),
    "web_events/events": Format("events.csv.gz", delimiter="\t"),
}
JOURNEYS = ("login", "payment", "investment", "lending", "insurance", "service", "advice", "onboarding")
STEPS = ("page_view", "click", "search", "form_step", "download", "message", "payment", "error", "login", "logout")
CHANNELS = ("app", "web", "mini_program")
WINDOW = 90
"""Days of events in the first delivery."""


def deliver(block: Block) -> Iterator[Delivery]:
    """Points once a bank, events of every block."""
    for index in block.indexes:
        if block.is_first:
            yield Delivery("app_events/points", index, points())
        yield Delivery("app_events/events", index, app_events(block, index))
        yield Delivery("web_events/events", index, web_events(block, index))


def points() -> pa.Table:
    """One point per channel, journey and kind of event."""
    number = np.arange(len(CHANNELS) * len(JOURNEYS) * len(STEPS))
    channel, journey, step = point_parts(number)
    names = joined(words(JOURNEYS, journey), " ", words(STEPS, step))
    return pa.table({
        "id": ids("EP", number + 1, 4), "name": names, "channel": words(CHANNELS, channel),
        "journey": words(JOURNEYS, journey), "page": joined("/", words(JOURNEYS, journey)),
        "fires": words(STEPS, step), "step": pa.array(step + 1), "active": flags(number % 50 != 49),
    })  # fmt: skip


def point_parts(number: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Channel, journey and kind of event of a point."""
    return number // 80, number // 10 % 8, number % 10


def sessions(
    block: Block, topic: str, yearly: float, index: int
) -> tuple[Happenings, np.ndarray, np.ndarray, np.ndarray]:
    """Sessions; then for every event its session, its place in it and its number."""
    found = happenings(block, topic, yearly, index, WINDOW)
    counts = 1 + found.random.poisson(3, found.size)
    session = repeated(counts)
    return found, session, within(counts), serial(block, index, len(session))


def kinds_of(found: Happenings, place: np.ndarray) -> np.ndarray:
    """Kind of each event: a session begins with a login."""
    drawn = found.random.choice(10, len(place), p=(0.38, 0.28, 0.06, 0.09, 0.04, 0.03, 0.05, 0.02, 0.0, 0.05))
    return np.where(place == 0, 8, drawn)


def app_events(block: Block, index: int) -> pa.Table:
    """Events in the app and the mini program, in nested JSON."""
    found, session, place, number = sessions(block, "app_events", 16, index)
    kind = kinds_of(found, place)
    channel = np.where(found.of("script")[session] == 1, 2 * (found.number[session] % 2), 0)
    point = channel * 80 + found.integers(0, 8)[session] * 10 + kind
    return pa.table({
        "id": ids("EA", number), "user.id": found.party.take(pa.array(session)), "point": ids("EP", point + 1, 4),
        "type": words(STEPS, kind), "channel": words(CHANNELS, channel),
        "at": moments(found.moment[session] + place * 25), "session": ids("SA", found.number[session]),
        "device.os": words(["ios", "android", "tablet"], found.number[session] % 3),
        "seconds": pa.array(5 + number % 90),
        "payment.amount": money(number * 7_919 % 500_000 + 100, kind != 6),
    })  # fmt: skip


def web_events(block: Block, index: int) -> pa.Table:
    """Events on the web site; three sessions in ten stay anonymous."""
    found, session, place, number = sessions(block, "web_events", 8, index)
    kind = kinds_of(found, place)
    is_known = ~found.chance(0.3)[session]
    party = found.party.take(pa.array(session, mask=~is_known))
    kind = np.where(is_known, kind, np.where(kind == 8, 0, kind))
    point = 80 + found.integers(0, 8)[session] * 10 + kind
    return pa.table({
        "event": ids("EW", number), "visitor": party, "point": ids("EP", point + 1, 4), "kind": words(STEPS, kind),
        "time": texts(found.moment[session] + place * 40), "session": ids("SW", found.number[session]),
        "page": joined("/", words(JOURNEYS, (point - 80) // 10)), "seconds": pa.array(3 + number % 240),
    })  # fmt: skip
