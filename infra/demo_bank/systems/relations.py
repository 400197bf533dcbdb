"""Who belongs to whom: the family book and the company register."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import days, ids, joined, scaled, texts, words, written
from infra.demo_bank.words import CITIES, COMPANY_HAN, COMPANY_HAN_TRADES, COMPANY_TRADES, COMPANY_WORDS
from infra.demo_bank.writing import Format

FORMATS = {
    "family_relations/relations": Format("relations.csv"),
    "company_register/organisations": Format("organisations.jsonl"),
}
KINDS = ("spouse", "child", "parent", "sibling", "power_of_attorney")
PROXY_AGE, PROXY_SHARE = 55, 5
"""From this age on one of so many gives the partner a power of attorney."""


def deliver(block: Block) -> Iterator[Delivery]:
    """Both in full on every date."""
    for index in block.indexes:
        yield Delivery("family_relations/relations", index, relations(block))
        yield Delivery("company_register/organisations", index, organisations(block))


def relations(block: Block) -> pa.Table:
    """Couples and their children, in both directions, relatives who are no customers, and powers of attorney."""
    persons = block.persons
    known = persons["arrival"] == 0
    member, head = persons["member"], persons["household"]
    partner = np.flatnonzero((member == 1) & known & known[head])
    child = np.flatnonzero((member == 2) & known & known[head])
    relative = np.flatnonzero(persons["relative_of"] >= 0)
    kin = persons["relative_of"][relative]
    trusted = partner[(persons["age"][head[partner]] >= PROXY_AGE) & (persons["number"][partner] % PROXY_SHARE == 0)]
    pairs = ((partner, head[partner], 0), (head[partner], partner, 0), (child, head[child], 1), (head[child], child, 2),
             (relative, kin, 3), (kin, relative, 3), (head[trusted], trusted, 4))  # fmt: skip
    left, right = np.concatenate([one[0] for one in pairs]), np.concatenate([one[1] for one in pairs])
    kind = np.repeat([one[2] for one in pairs], [len(one[0]) for one in pairs])
    return pa.table({
        "from_person": block.person_ids.take(pa.array(left)),
        "to_person": block.person_ids.take(pa.array(right)),
        "relation": words(KINDS, kind),
        "since": days(block.options.today - 3_000 - (persons["number"][left] + persons["number"][right]) % 4_000),
    })  # fmt: skip


def organisations(block: Block) -> pa.Table:
    """A company for every entrepreneur, with owner and director."""
    persons = block.persons
    owner = block.customers[persons["occupation"][block.customers] == 2]
    city, number = persons["city"][owner], persons["number"][owner]
    is_han = persons["script"][owner] == 1
    share = 25 + number % 76
    person = block.person_ids.take(pa.array(owner))
    latin = joined(words(COMPANY_WORDS, number % 14), " ", words(COMPANY_TRADES, number // 14 % 12))
    han = joined(words(COMPANY_HAN, number % 10), words(COMPANY_HAN_TRADES, number // 10 % 8), "有限公司")
    holders = joined(
        '[{"person": "', person, '", "role": "owner", "share": ', scaled(share * 100, 2).cast(pa.string()),
        '}, {"person": "', person, '", "role": "director", "share": null}]',
    )  # fmt: skip
    return pa.table({
        "id": ids("ORG", number, 8),
        "company.name": pa.compute.if_else(pa.array(is_han), han, latin),
        "company.script": words(["latin", "han"], is_han.astype(int)),
        "company.form": words(["AG", "GmbH", "SA", "Ltd"], number % 4),
        "company.industry": words(tuple("CFGIJKLMQ"), number % 9),
        "registered.number": joined(words([one[2] for one in CITIES], city), "-", texts(number * 104_729 % 10**9)),
        "registered.country": words([one[2] for one in CITIES], city),
        "registered.city": words([one[0] for one in CITIES], city),
        "registered.date": written(days(block.options.today - 400 - number * 37 % 9_000), "%d/%m/%Y"),
        "holders!": holders,
    })  # fmt: skip
