"""Who is one household: couples and minors always, others by their address, and never by a mandate."""

import pytest

from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS, HOUSEHOLDS, INPUTS, TABLES
from tests.unit.identity.households._street import formed, homes_of, rows, rules, street


def test_a_couple_is_a_household_wherever_it_lives():
    assert homes_of(street("anna ben carl", ties=["anna spouse ben"], homes="oak: anna, elm: ben")) == [
        "anna ben",
        "carl",
    ]


def test_a_minor_lives_with_the_parents_and_a_grown_up_child_only_at_their_address():
    family = street(
        "anna//1970 ben//1971 mia//2015 max//2000 tom//2001",
        ties=["anna spouse ben", "mia child anna", "max child anna", "tom child anna"],
        homes="oak: anna ben max, elm: tom",
    )
    assert homes_of(family) == ["anna ben max mia", "tom"]


def test_a_child_without_a_birth_date_is_not_taken_for_a_minor():
    assert homes_of(street("anna//1970 mia", ties=["mia child anna"])) == ["anna", "mia"]


@pytest.mark.parametrize("code", ["power_of_attorney", "director", "trustee"])
def test_a_mandate_binds_nobody_even_at_one_address(code):
    assert homes_of(street("anna ben", ties=[f"anna {code} ben"], homes="oak: anna ben")) == ["anna", "ben"]


def test_an_address_binds_together_with_a_family_name_or_a_joint_account_only():
    assert homes_of(street("anna/meier ben/frei", homes="oak: anna ben")) == ["anna", "ben"]
    assert homes_of(street("anna/meier ben/meier", homes="oak: anna ben")) == ["anna ben"]
    joint = ["A1 anna owner 0.5", "A1 ben joint_owner 0.5"]
    assert homes_of(street("anna/meier ben/frei", homes="oak: anna ben", accounts=joint)) == ["anna ben"]
    assert homes_of(street("anna/meier ben/frei", accounts=joint)) == ["anna", "ben"]


def test_whoever_may_only_sign_for_an_account_shares_no_account():
    signed = ["A1 anna owner 1", "A1 ben disponent 0"]
    assert homes_of(street("anna ben", homes="oak: anna ben", accounts=signed)) == ["anna", "ben"]


def test_children_of_two_homes_belong_first_where_they_live_and_do_not_join_the_homes():
    """Anna and Ben are apart and have new partners: two households, not one chain."""
    apart = street(
        "anna//1975 ben//1974 carl//1970 dora//1980 mia//2015",
        ties=["anna spouse carl", "ben spouse dora", "mia child anna", "mia child ben"],
        homes="oak: anna carl, elm: ben dora mia",
    )
    assert homes_of(apart) == ["anna carl +mia", "ben dora mia"]


def test_a_grown_up_child_with_a_family_under_the_parents_roof_has_a_household_and_belongs_to_theirs():
    house = street(
        "anna//1950 ben//1951 max//1985 lea//1986",
        ties=["anna spouse ben", "max child anna", "max spouse lea"],
        homes="oak: anna ben max lea",
    )
    assert homes_of(house) == ["anna ben +max", "lea max"]


def test_roles_are_those_to_the_head_who_is_the_oldest_and_no_dependant():
    family = street(
        "anna//1972 ben//1970 mia//2015 olga//1940 max//2014",
        ties=["anna spouse ben", "mia child ben", "max child anna", "olga parent ben"],
        homes="oak: anna ben olga",
    )
    members = formed(family)[HOUSEHOLD_MEMBERS].to_pylist()
    roles = {one["customer_id"]: one["role"] for one in members}
    assert roles == {"olga": "head", "ben": "child", "anna": "other", "mia": "other", "max": "other"}
    without = street(
        "anna//1972 ben//1970 mia//2015 max//2014", ties=["anna spouse ben", "mia child ben", "max child anna"]
    )
    roles = {one["customer_id"]: one["role"] for one in formed(without)[HOUSEHOLD_MEMBERS].to_pylist()}
    assert roles == {"ben": "head", "anna": "spouse", "mia": "child", "max": "child"}


def test_a_household_says_its_kind_and_what_formed_it():
    several = street(
        "anna ben/frei carl/frei dora", ties=["anna spouse dora"], homes="oak: ben carl"
    )  # fmt: skip
    found = {
        one["head_customer_id"]: (one["kind"], one["formed_by"]) for one in formed(several)[HOUSEHOLDS].to_pylist()
    }
    assert found == {"anna": ("family", ["spouse"]), "ben": ("shared_address", ["family_name"])}
    ties = ["max child anna", "tom child anna", "max sibling tom"]
    (three,) = formed(street("anna//1970 max//2000 tom//2001", ties=ties, homes="oak: anna max tom"))[
        HOUSEHOLDS
    ].to_pylist()
    assert three["formed_by"] == ["adult_child", "sibling"]
    child = street(
        "anna mia//2015 max//2000", ties=["mia child anna", "max child anna"], homes="oak: anna mia, elm: max"
    )
    assert formed(child)[HOUSEHOLDS]["formed_by"].to_pylist().count(["minor_child"]) == 1
    (alone,) = formed(street("anna"))[HOUSEHOLDS].to_pylist()
    assert (alone["kind"], alone["formed_by"], alone["members_count"]) == ("single", [], 1)


def test_a_crowded_address_is_shared_by_nobody():
    others = [f"p{number}" for number in range(rules().crowded_address_above - 1)]
    names = " ".join(["anna", "ben", *others])
    people = "anna/meier ben/meier " + " ".join(f"{one}/{one}" for one in others)
    assert homes_of(street(people, homes=f"oak: {names}")) == sorted(names.split())
    assert "anna ben" in homes_of(street(people, homes=f"oak: {names.removesuffix(others[-1])}"))


def test_what_joiners_make_too_large_is_taken_apart_and_marked():
    people = [f"p{number:02}/meier" for number in range(rules().largest_household + 1)]
    names = [one.split("/")[0] for one in people]
    crowd = street(" ".join(people), homes="oak: " + " ".join(names), ties=["p00 spouse p01"])
    found = formed(crowd)[HOUSEHOLDS].to_pylist()
    assert sorted(one["members_count"] for one in found) == [1] * (len(names) - 2) + [2]
    assert all(one["is_held"] for one in found)


def test_two_minors_told_to_be_each_others_child_are_no_endless_loop():
    assert homes_of(street("mia//2015 max//2014", ties=["mia child max", "max child mia"])) == ["max", "mia"]


def test_a_married_minor_depends_on_nobody():
    assert homes_of(street("anna//1970 mia//2010 max//2009", ties=["mia child anna", "mia spouse max"])) == [
        "anna", "max mia",
    ]  # fmt: skip


def test_ended_and_future_relations_bind_nobody():
    before = street("anna ben")
    ties = rows("relations", ("anna", "ben", "spouse", None, None, before.business_date.replace(day=1)))
    ended = street("anna ben", day=before.business_date.replace(day=2))
    assert homes_of(type(before)(before.business_date, before.customer_records, before.parties, ties)) == ["anna ben"]
    assert homes_of(type(before)(ended.business_date, before.customer_records, before.parties, ties)) == ["anna", "ben"]


def test_records_of_one_customer_are_one_member():
    """Anna is party p1 of the CRM and p9 of the card system; only p9 is told to be married."""
    told = rows(
        "customer_records", *((f"s|{p}", "s", p, c, True) for p, c in (("p1", "anna"), ("p9", "anna"), ("p2", "ben")))
    )
    parties = rows("parties", *((p, "s", "person") for p in ("p1", "p9", "p2")))
    ties = rows("relations", ("p9", "p2", "spouse"), ("p1", "p9", "sibling"))
    assert homes_of(type(street())(street().business_date, told, parties, ties)) == ["anna ben"]


def test_a_day_without_anybody_has_empty_tables_of_the_declared_columns():
    found = formed(street())
    assert {name: table.schema for name, table in found.items()} == {name: TABLES[name] for name in found}
    assert [table.num_rows for table in found.values()] == [0, 0]
    assert set(INPUTS) >= {"parties", "relations"}
