"""Campaigns, loyalty points and consents."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, flags, ids, moments, pick, repeated, within, words
from infra.demo_bank.happenings import happenings
from infra.demo_bank.writing import Format

FORMATS = {
    "campaigns/contacts": Format("contacts.csv.zip", delimiter=","),
    "loyalty/movements": Format("movements.parquet"),
    "consents/decisions": Format("decisions.jsonl"),
}
CAMPAIGNS = (
    ("Spring mandate", "MAN-BAL"),
    ("Platinum upgrade", "CRD-PLA"),
    ("Lombard credit", "LON-LOM"),
    ("养老规划", "INS-PEN"),
    ("Fund savings", "FND-ACC"),
    ("Wealth planning", "SRV-WEA"),
)
CHANNELS = ("email", "app", "phone", "sms", "adviser")
REASONS = ("card_spending", "anniversary", "referral", "travel", "gift", "expiry")
MOVEMENTS = ("earn", "redeem", "expire", "adjust")
PURPOSES = ("marketing", "profiling", "data_sharing", "advice", "research")
CONSENT_CHANNELS = ("any", "email", "phone", "any", "any")


def deliver(block: Block) -> Iterator[Delivery]:
    """Contacts, movements and decisions as they happen."""
    for index in block.indexes:
        yield Delivery("campaigns/contacts", index, contacts(block, index))
        yield Delivery("loyalty/movements", index, movements(block, index))
        yield Delivery("consents/decisions", index, decisions(block, index))


def contacts(block: Block, index: int) -> pa.Table:
    """One row per campaign, customer and day."""
    found = happenings(block, "campaigns", 4, index)
    campaign = found.integers(0, len(CAMPAIGNS))
    _, first = np.unique(np.stack([campaign, found.place, found.day]), axis=1, return_index=True)
    keep = np.sort(first)
    opened, clicked, sold = found.chance(0.45), found.chance(0.3), found.chance(0.15)
    return pa.table({
        "campaign": ids("CMP", campaign[keep] + 1, 3), "name": words([one[0] for one in CAMPAIGNS], campaign[keep]),
        "customer": found.party.take(pa.array(keep)), "contacted": days(found.day[keep]),
        "product": words([one[1] for one in CAMPAIGNS], campaign[keep]),
        "channel": words(CHANNELS, pick(found.random, (50, 20, 10, 8, 12), len(keep))),
        "opened": flags(opened[keep], "1", "0"), "clicked": flags((opened & clicked)[keep], "1", "0"),
        "converted": flags((opened & clicked & sold)[keep], "1", "0"),
    })  # fmt: skip


def movements(block: Block, index: int) -> pa.Table:
    """Points earned and spent."""
    found = happenings(block, "loyalty", 6, index)
    kind = pick(found.random, (80, 13, 5, 2), found.size)
    points = found.integers(10, 2_000)
    return pa.table({
        "id": ids("LM", found.number), "customer": found.party, "date": days(found.day), "kind": words(MOVEMENTS, kind),
        "points": pa.array(np.where(np.isin(kind, (1, 2)), -points, points)),
        "reason": words(REASONS, np.where(kind == 2, 5, found.number % 5)),
    })  # fmt: skip


def decisions(block: Block, index: int) -> pa.Table:
    """One decision per customer and purpose at first, then what people change."""
    random, everyone = block.random("consents", index), block.customers
    if index:
        arrived = np.flatnonzero((block.persons["arrival"] == index) & (block.persons["role"] == 0))
        everyone = np.r_[everyone[random.random(len(everyone)) < 0.01], arrived]
    counts = np.full(len(everyone), 5 if index == 0 else 1)
    place, purpose = everyone[repeated(counts)], within(counts)
    low, high = block.options.span(index)
    decided = random.integers(low, high + 1, len(place)) * 86_400 + random.integers(30_000, 60_000, len(place))
    return pa.table({
        "customer": block.person_ids.take(pa.array(place)), "purpose": words(PURPOSES, purpose),
        "channel": words(CONSENT_CHANNELS, purpose),
        "granted": pa.array(random.random(len(place)) < np.array([0.6, 0.55, 0.3, 0.85, 0.4])[purpose]),
        "decidedAt": moments(decided), "expires": days(decided // 86_400 + 1_095),
        "basis": words(["consent", "contract"], (purpose == 3).astype(int)),
    })  # fmt: skip
