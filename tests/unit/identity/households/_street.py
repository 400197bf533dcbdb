"""A street in a few words: people, companies, ties, homes and accounts as delivered tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pyarrow as pa

from spark_jobs.identity.households.control import control_chains
from spark_jobs.identity.households.facts import Delivered, facts_of
from spark_jobs.identity.households.formation import households
from spark_jobs.identity.households.numbering import Previous
from spark_jobs.identity.households.rules import Rules, load_rules
from spark_jobs.identity.households.tables import (
    ACCOUNT_PARTIES,
    CONTACTS,
    CONTROL_CHAINS,
    CUSTOMER_RECORDS,
    HOUSEHOLD_MEMBERS,
    HOUSEHOLDS,
    INPUTS,
    OWNERSHIP_PROBLEMS,
    PARTIES,
    RELATIONS,
)

TODAY = date(2026, 6, 1)


@cache
def rules() -> Rules:
    return load_rules()


def rows(name, *values) -> pa.Table:
    """Rows of an input table; what a row leaves out at its end is NULL."""
    names = INPUTS[name].names
    return pa.Table.from_pylist([dict(zip(names, one, strict=False)) for one in values], INPUTS[name])


def street(people="", companies="", ties=(), homes="", accounts=(), day=TODAY) -> Delivered:
    """`people`: "anna/meier/1970 ben"; `homes`: "oak: anna ben, elm: carl"; ties: "anna spouse ben" or with a share.

    `accounts`: "A1 anna owner 0.5". Each party is a customer of the same name.
    """
    persons = [(*one.split("/"), None, None)[:3] for one in people.split()]
    parties = [
        (n, "crm", "person", family or None, date(int(born), 1, 1) if born else None) for n, family, born in persons
    ]
    parties += [(name, "crm", "organisation", None, None) for name in companies.split()]
    lived = [one.split(":") for one in homes.split(",") if one]
    return Delivered(
        day,
        rows(CUSTOMER_RECORDS, *((f"crm|{one[0]}", "crm", one[0], one[0], True) for one in parties)),
        rows(PARTIES, *parties),
        rows(RELATIONS, *map(tie, ties)),
        rows(ACCOUNT_PARTIES, *map(account, accounts)),
        rows(CONTACTS, *((name, home.strip()) for home, names in lived for name in names.split())),
    )


def tie(text):
    one, code, two, *share = text.split()
    return one, two, code, *map(Decimal, share)


def account(text):
    number, owner, role, *share = text.split()
    return number, owner, role, *map(Decimal, share)


def formed(delivered, previous=None, ruled=None):
    """Households and members of the street."""
    known = ruled or rules()
    return households(facts_of(delivered, known), known, previous or Previous())


def homes_of(delivered, **also):
    """The members of each household, primary ones first; "anna" also belongs where it says "+anna"."""
    found: dict[str, list[str]] = {}
    for one in formed(delivered, **also)[HOUSEHOLD_MEMBERS].to_pylist():
        mark = "" if one["is_primary_household"] else "+"
        found.setdefault(one["household_id"], []).append(mark + one["customer_id"])
    return sorted(" ".join(sorted(names, key=lambda name: (name[0] == "+", name))) for names in found.values())


def after(delivered, previous=None):
    """What the next day takes over from this one."""
    tables = formed(delivered, previous)
    return Previous(tables[HOUSEHOLDS], tables[HOUSEHOLD_MEMBERS])


def lives_in(previous):
    """Customer -> the id of the primary household."""
    kept = previous.members.filter(previous.members["is_primary_household"])
    return dict(zip(kept["customer_id"].to_pylist(), kept["household_id"].to_pylist(), strict=True))


def chains(delivered, **changed):
    """(person, organisation) -> row; and the problems."""
    known = rules().beneficial_owners.model_copy(update=changed)
    tables = control_chains(facts_of(delivered, rules()), known)
    found = {
        (one["person_customer_id"], one["organisation_customer_id"]): one for one in tables[CONTROL_CHAINS].to_pylist()
    }
    return found, [tuple(one.values()) for one in tables[OWNERSHIP_PROBLEMS].to_pylist()]


def on(delivered, day):
    return replace(delivered, business_date=day)
