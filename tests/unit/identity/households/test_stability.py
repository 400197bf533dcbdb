"""A household keeps its id from day to day: while its head and most of its people stay together."""

from datetime import date, timedelta

import pytest

from spark_jobs.identity.households.numbering import new_id
from tests.unit.identity.households._street import TODAY, after, lives_in, on, street

TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
MARRIED = ["anna spouse ben"]


def test_the_same_people_keep_the_id_and_the_founding_date():
    first = after(street("anna//1970 ben", ties=MARRIED))
    again = after(street("anna//1970 ben", ties=MARRIED, day=TOMORROW), first)
    assert lives_in(first) == {name: new_id("anna", TODAY) for name in ("anna", "ben")}
    assert again.households.equals(first.households)
    assert again.members.equals(first.members)


@pytest.mark.parametrize("name", ["anna", "ada", "aida", "alma", "amra"])
def test_who_marries_moves_into_the_older_household(name):
    """Several names, for ids whose order says nothing about their age."""
    first = after(street("ben"))
    second = after(street(f"{name}//1970 ben", day=TOMORROW), first)
    third = lives_in(after(street(f"{name}//1970 ben", ties=[f"{name} spouse ben"], day=LATER), second))
    assert third[name] == third["ben"] == lives_in(first)["ben"]


def test_after_a_divorce_the_id_stays_with_the_former_head_and_the_other_gets_a_new_one():
    first = after(street("anna//1970 ben//1960 mia//2015", ties=[*MARRIED, "mia child anna"]))
    second = lives_in(after(street("anna//1970 ben//1960 mia//2015", ties=["mia child anna"], day=TOMORROW), first))
    assert second["ben"] == lives_in(first)["ben"]
    assert second["anna"] == second["mia"] == new_id("anna", TOMORROW)


def test_without_the_former_head_the_id_stays_with_most_of_the_people():
    ties = ["carl spouse anna", "mia child anna", "adam child carl", "tom child anna"]
    first = after(street("anna//1970 carl//1950 mia//2015 adam//2014 tom//2013", ties=ties))
    apart = street("anna//1970 mia//2015 tom//2013 adam//2014", ties=["mia child anna", "tom child anna"], day=TOMORROW)
    second = lives_in(after(apart, first))
    assert second["anna"] == lives_in(first)["carl"] != second["adam"]


def test_an_id_that_another_takes_leaves_the_next_oldest():
    """Two couples part and marry crosswise: both ids live on, with the former heads."""
    people = "anna//1950 ben//1951 carl//1960 dora//1961"
    first = after(street(people, ties=["anna spouse ben", "carl spouse dora"]))
    second = lives_in(after(street(people, ties=["anna spouse dora", "carl spouse ben"], day=TOMORROW), first))
    assert second["anna"] == second["dora"] == lives_in(first)["anna"]
    assert second["carl"] == second["ben"] == lives_in(first)["carl"]


def test_ids_are_never_shared_nor_given_to_strangers():
    first = after(street("anna//1970 ben", ties=MARRIED))
    second = lives_in(after(street("carl dora", day=TOMORROW), first))
    assert len({*second.values(), *lives_in(first).values()}) == 3


def test_a_household_over_thirty_days_changes_its_id_for_no_birth_death_or_move():
    people, previous, ids = ["anna//1950", "ben//1951"], None, set()
    for number in range(30):
        if number == 5:
            people.append("mia//2026")
        if number == 20:
            people.remove("anna//1950")
        ties = ["anna spouse ben", "mia child ben"]
        home = f"home{number}: anna ben mia"
        previous = after(on(street(" ".join(people), ties=ties, homes=home), TODAY + timedelta(days=number)), previous)
        ids |= set(lives_in(previous).values())
    assert ids == {new_id("anna", date(2026, 6, 1))}
