"""What holds for every street: order counts for nothing, strangers change nothing, everybody has one first home."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spark_jobs.identity.households.day import households_of_day
from spark_jobs.identity.households.facts import facts_of
from spark_jobs.identity.households.numbering import Previous
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS, HOUSEHOLDS
from spark_jobs.identity.households.totals import household_totals
from tests.unit.identity.households._street import TODAY, chains, on, rows, rules, street

NAMES, COMPANIES = "abcdefgh", "uvw"
PERSON, COMPANY = st.sampled_from(NAMES), st.sampled_from(COMPANIES)
KIN = st.builds(
    "{} {} {}".format, PERSON, st.sampled_from(["spouse", "child", "parent", "sibling", "director"]), PERSON
)
SHARE = st.integers(1, 9).map(lambda tenths: f"0.{tenths}")
HOLDING = st.builds("{} owner {} {}".format, st.one_of(PERSON, COMPANY), COMPANY, SHARE)
ACCOUNT = st.builds(
    "A{} {} {} {}".format,
    st.integers(1, 5),
    PERSON,
    st.sampled_from(["owner", "joint_owner"]),
    st.one_of(st.just(""), SHARE),
)
MONEY = rows("amounts", *((f"A{number}", "EUR", Decimal(f"{number}000.0{number}")) for number in range(1, 6)))


@st.composite
def streets(draw):
    """Up to eight people of two names and any age in three homes, with any ties, companies and accounts."""
    born = draw(st.lists(st.sampled_from(["", "1950", "1980", "2015"]), min_size=8, max_size=8))
    people = [
        f"{name}/{'meier' if place % 2 else 'frei'}/{year}"
        for place, (name, year) in enumerate(zip(NAMES, born, strict=True))
    ]
    lived = draw(st.lists(st.sampled_from(["oak", "elm", "ash"]), min_size=8, max_size=8))
    homes = ", ".join(f"{home}: {name}" for home, name in zip(lived, NAMES, strict=True))
    ties = [*draw(st.lists(KIN, max_size=8, unique=True)), *draw(st.lists(HOLDING, max_size=6, unique=True))]
    accounts = draw(st.lists(ACCOUNT, max_size=6, unique_by=lambda one: tuple(one.split()[:3])))
    return street(" ".join(people), " ".join(COMPANIES), ties, homes, accounts)


def shuffled(delivered, chance):
    def mixed(table):
        return table.take(pa.array(chance.sample(range(table.num_rows), table.num_rows), pa.int64()))

    names = ("customer_records", "parties", "relations", "account_parties", "contacts")
    return replace(delivered, **{name: mixed(getattr(delivered, name)) for name in names})


def tomorrow(tables, delivered):
    previous = Previous(tables[HOUSEHOLDS], tables[HOUSEHOLD_MEMBERS])
    return households_of_day(on(delivered, TODAY + timedelta(days=1)), rules(), previous)


@settings(max_examples=20, deadline=None)
@given(streets(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(delivered, chance):
    assert households_of_day(shuffled(delivered, chance), rules()) == households_of_day(delivered, rules())


@settings(max_examples=20, deadline=None)
@given(streets())
def test_everybody_has_one_first_home_and_every_home_one_head(delivered):
    tables = households_of_day(delivered, rules())
    members = tables[HOUSEHOLD_MEMBERS].to_pylist()
    first = Counter(one["customer_id"] for one in members if one["is_primary_household"])
    assert first == dict.fromkeys(NAMES, 1)
    assert len({(one["household_id"], one["customer_id"]) for one in members}) == len(members)
    heads = Counter(one["household_id"] for one in members if one["role"] == "head")
    assert heads == {one["household_id"]: 1 for one in tables[HOUSEHOLDS].to_pylist()}
    assert sum(tables[HOUSEHOLDS]["members_count"].to_pylist()) == len(NAMES)


@settings(max_examples=20, deadline=None)
@given(streets())
def test_a_stranger_changes_nothing_for_the_others(delivered):
    stranger = street("stranger//1970", "other", ["stranger owner other 1"], "far: stranger", ["A9 stranger owner 1"])
    names = ("customer_records", "parties", "relations", "account_parties", "contacts")
    joined = {name: pa.concat_tables([getattr(delivered, name), getattr(stranger, name)]) for name in names}
    without, with_one = households_of_day(delivered, rules()), households_of_day(replace(delivered, **joined), rules())
    assert without
    for name, table in without.items():
        more = [one for one in with_one[name].to_pylist() if one not in table.to_pylist()]
        assert with_one[name].num_rows == table.num_rows + len(more)
        assert all("stranger" in one.values() or name == HOUSEHOLD_MEMBERS for one in more)


@settings(max_examples=20, deadline=None)
@given(streets())
def test_the_same_street_tomorrow_has_the_same_households(delivered):
    today = households_of_day(delivered, rules())
    assert tomorrow(today, delivered)[HOUSEHOLDS] == today[HOUSEHOLDS]


@settings(max_examples=20, deadline=None)
@given(streets(), streets())
def test_whatever_happens_no_id_is_given_twice(one, two):
    found = tomorrow(households_of_day(one, rules()), two)[HOUSEHOLDS]["household_id"].to_pylist()
    assert len(found) == len(set(found)) > 0


@settings(max_examples=20, deadline=None)
@given(streets())
def test_primary_households_and_outsiders_own_all_accounts(delivered):
    members = households_of_day(delivered, rules())[HOUSEHOLD_MEMBERS]
    primary = members.filter(members["is_primary_household"])
    found = household_totals(MONEY, facts_of(delivered, rules()), primary, rules())
    assert sum(found["total_amount"].to_pylist()) == sum(MONEY["amount"].to_pylist())
    assert all(amount >= 0 for amount in found["total_amount"].to_pylist())


@settings(max_examples=20, deadline=None)
@given(st.lists(HOLDING, min_size=1, max_size=10, unique_by=lambda one: tuple(one.split()[:3])))
def test_nobody_owns_more_than_the_whole(ties):
    found, _ = chains(street(" ".join(NAMES), " ".join(COMPANIES), ties))
    for company in COMPANIES:
        shares = [row["effective_share_rate"] for (_, held), row in found.items() if held == company]
        assert sum(shares) <= 1 + 1e-6


def test_shares_equal_the_sum_over_many_walks():
    """A second way to the same number: walk through the loops 200 times."""
    held = {("x", "u"): 0.5, ("x", "v"): 0.2, ("u", "v"): 0.4, ("v", "w"): 0.7, ("w", "u"): 0.3, ("w", "v"): 0.1}
    found, _ = chains(street("x", "u v w", [f"{one} owner {two} {share}" for (one, two), share in held.items()]))
    at, total = {"x": 1.0}, Counter()
    for _ in range(200):
        step = Counter()
        for (one, two), share in held.items():
            step[two] += at.get(one, 0) * share
        total.update(step)
        at = step
    assert {two: row["effective_share_rate"] for (_, two), row in found.items()} == pytest.approx(dict(total), abs=1e-9)
