"""The customer relationship system: persons, their contacts and identifiers."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from infra.demo_bank import names
from infra.demo_bank.block import Block, Delivery
from infra.demo_bank.draw import Columns, days, flags, ids, joined, moments, pick, texts, words
from infra.demo_bank.lifetimes import NEVER, is_unknown
from infra.demo_bank.persons import MARITAL, OCCUPATIONS, ROLES, SEGMENTS
from infra.demo_bank.words import CITIES, CITY_CURRENCY, CITY_LANGUAGE
from infra.demo_bank.writing import Format

FORMATS = {
    "crm/persons": Format("persons.jsonl.gz"),
    "crm/contacts": Format("contacts.csv", delimiter=";", encoding="gb18030", is_quoted=True),
    "crm/identifiers": Format("identifiers.csv", delimiter="|", encoding="latin-1"),
}
EDUCATION = ("primary", "secondary", "bachelor", "master", "doctorate")
WEALTH_SOURCES = ("salary", "business", "inheritance", "property", "investment")
RISK_PROFILES = ("conservative", "cautious", "balanced", "growth", "aggressive")
KYC = ("valid", "due", "overdue", "blocked")
CHANNELS = ("app", "web", "phone", "branch", "email", "chat")
STATUSES = ("active", "dormant", "closing", "closed")
COUNTRIES = [city[2] for city in CITIES]
CHANGED_SHARE = 0.01
NEITHER = 499
"""One person in so many is neither woman nor man."""
FACTS = 10
"""Facts that the bank may not know."""


def deliver(block: Block) -> Iterator[Delivery]:
    """Everybody first, then new and changed persons."""
    for index in block.indexes:
        chosen, is_changed = chosen_on(block, index)
        if index:
            change(block, chosen[is_changed], index)
        yield Delivery("crm/persons", index, persons(block, chosen, is_changed))
        joined_today = chosen[~is_changed]
        yield Delivery("crm/contacts", index, contacts(block, joined_today))
        yield Delivery("crm/identifiers", index, identifiers(block, joined_today))


def chosen_on(block: Block, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of the persons in a date's delivery, and which of them were known before."""
    arrival = block.persons["arrival"]
    is_changed = (arrival < index) & (block.random("crm", index).random(len(arrival)) < CHANGED_SHARE)
    chosen = np.flatnonzero((arrival == index) | is_changed)
    return chosen, is_changed[chosen]


def change(block: Block, places: np.ndarray, index: int) -> None:
    """Reviews, new risk profiles and new channels of a day."""
    random, own = block.random("crm", "change", index), block.persons
    day = block.options.day_numbers[index]
    own["risk_profile"][places] = pick(random, (10, 22, 36, 22, 10), len(places))
    own["risk_assessed"][places] = day
    own["kyc_status"][places] = pick(random, (92, 5, 2, 1), len(places))
    own["kyc_reviewed"][places] = day
    own["channel"][places] = pick(random, (50, 20, 10, 8, 10, 2), len(places))
    own["updated"][places] = day * 86_400 + random.integers(25_000, 60_000, len(places))


def persons(block: Block, chosen: np.ndarray, is_changed: np.ndarray) -> pa.Table:
    """One row per person."""
    own = {name: values[chosen] for name, values in block.persons.items()}
    operation = words(["I", "U"], is_changed.astype(int))
    person = block.person_ids.take(pa.array(chosen))
    unknown = [is_unknown(block, own, fact) for fact in range(FACTS)]
    return pa.table({"op": operation, "personId": person} | _who(own, unknown) | _relationship(own, unknown))


def _who(own: Columns, unknown: list[np.ndarray]) -> dict[str, pa.Array]:
    """What a person is."""
    given, family, full = names.person_names(own)
    city, employed = own["city"], np.isin(own["occupation"], (0, 1, 2, 3, 4))
    return {
        "role": words(ROLES, own["role"]),
        "name.given": given, "name.family": family, "name.full": full,
        "name.script": words(["latin", "han"], own["script"]),
        "birth.date": days(own["birth"]),
        "gender": words(["F", "M", "X"], np.where(own["number"] % NEITHER == 0, 2, own["gender"])),
        "maritalStatus": words(MARITAL, own["marital"]),
        "dependants": pa.array(own["dependants"]),
        "education": words(EDUCATION, own["education"]),
        "work.occupation": words(OCCUPATIONS, own["occupation"], unknown[0]),
        "work.industry": words(tuple("ABCDFGHIJKLMQ"), own["industry"], ~employed),
        "nationality": words(COUNTRIES, (city + own["number"] % 7 // 6) % len(CITIES), unknown[1]),
        "residence.country": words(COUNTRIES, city),
        "residence.region": words([one[3] for one in CITIES], city),
        "residence.city": names.cities(own),
        "taxCountry": words(COUNTRIES, city, unknown[2]),
        "income.amount": pa.array(own["income"], mask=unknown[3]),
        "income.currency": words([CITY_CURRENCY.get(one, "EUR") for one in COUNTRIES], city),
        "wealth.amount": pa.array(own["wealth"], mask=unknown[4]),
        "wealth.source": words(WEALTH_SOURCES, np.where(own["occupation"] == 2, 1, own["number"] % 5), unknown[5]),
    }  # fmt: skip


def _relationship(own: Columns, unknown: list[np.ndarray]) -> dict[str, pa.Array]:
    """What a person is to the bank."""
    city, is_client = own["city"], own["role"] == 0
    return {
        "segment": words(SEGMENTS, own["segment"], ~is_client),
        "risk.profile": words(RISK_PROFILES, own["risk_profile"], ~is_client | unknown[6]),
        "risk.assessed": days(own["risk_assessed"], ~is_client | unknown[6]),
        "kyc.status": words(KYC, own["kyc_status"], ~is_client),
        "kyc.reviewed": days(own["kyc_reviewed"], ~is_client | unknown[7]),
        "kyc.pepDeclared": pa.array(own["is_pep"], mask=unknown[8]),
        "preferred.language": words([CITY_LANGUAGE[one] for one in COUNTRIES], city),
        "preferred.channel": words(CHANNELS, own["channel"]),
        "adviserId": ids("ADV", own["adviser"] + 1, 4, ~is_client | unknown[9]),
        "branchId": ids("BR", city + 1, 2),
        "relationship.since": days(own["started"], own["role"] == 2),
        "relationship.until": days(own["ended"], own["ended"] == NEVER),
        "relationship.status": words(STATUSES, own["status"], ~is_client),
        "updatedAt": moments(own["updated"], "%Y-%m-%dT%H:%M:%S", "Europe/Zurich"),
    }  # fmt: skip


def contacts(block: Block, chosen: np.ndarray) -> pa.Table:
    """A postal address for all, an e-mail address and a mobile number for most."""
    own = {name: values[chosen] for name, values in block.persons.items()}
    kinds = (names.addresses(own), names.emails(own), names.mobiles(own))
    size = len(chosen)
    keeps = np.r_[
        np.arange(size), size + np.flatnonzero(own["luck"] < 0.95), 2 * size + np.flatnonzero(own["luck"] > 0.08)
    ]
    place = np.tile(np.arange(size), 3)[keeps]
    kind = keeps // max(size, 1)
    city = own["city"][place]
    return pa.table({
        "person": block.person_ids.take(pa.array(chosen[place])),
        "kind": words(["POST", "MAIL", "MOBI"], kind),
        "contact": pa.chunked_array(kinds).take(pa.array(keeps)),
        "verified": flags(own["number"][place] % 5 > 0, "J", "N"),
        "primary": flags(kind == 0, "J", "J"),
        "country": words(COUNTRIES, city),
        "city": words([one[0] for one in CITIES], city, kind > 0),
        "postal_code": joined(words([one[4] for one in CITIES], city, kind > 0), ids("", own["postal"][place], 2)),
        "since": days(own["started"][place]),
    })  # fmt: skip


def identifiers(block: Block, chosen: np.ndarray) -> pa.Table:
    """A tax number for every customer and a passport for half of all."""
    own = {name: values[chosen] for name, values in block.persons.items()}
    source = np.where(
        own["duplicate_of"] >= 0, block.persons["number"][np.maximum(own["duplicate_of"], 0)], own["number"]
    )
    tax, passport = np.flatnonzero(own["role"] == 0), np.flatnonzero(own["number"] % 2 == 0)
    place = np.r_[tax, passport]
    is_passport = np.arange(len(place)) >= len(tax)
    issued = block.options.today - own["number"][place] % 3_000
    return pa.table({
        "person": block.person_ids.take(pa.array(chosen[place])),
        "kind": words(["tax_id", "passport"], is_passport.astype(int)),
        "number": joined(words(["756.", "X"], is_passport.astype(int)), ids("", source[place] * 7_919 % 10**9, 9)),
        "country": words(COUNTRIES, own["city"][place]),
        "verified": texts((own["number"][place] % 9 > 0).astype(int)),
        "issued": days(issued),
        "expires": days(issued + 3_652, ~is_passport),
    })  # fmt: skip
