"""What households own: each account once, each owner's part, to the last ten-thousandth."""

from decimal import Decimal

from spark_jobs.identity.households.facts import facts_of
from spark_jobs.identity.households.tables import HOUSEHOLD_MEMBERS
from spark_jobs.identity.households.totals import household_totals
from tests.unit.identity.households._street import formed, rows, rules, street

COUPLE = ["anna spouse ben"]


def totals(accounts, amounts, ties=(), people="anna ben carl"):
    """(smallest member or None, currency) -> (amount, accounts)."""
    delivered = street(people, ties=ties, accounts=accounts)
    members = formed(delivered)[HOUSEHOLD_MEMBERS]
    money = rows("amounts", *((key, code, Decimal(amount)) for key, code, amount in map(str.split, amounts)))
    first: dict[str, str] = {}
    for one in members.to_pylist():
        first.setdefault(one["household_id"], one["customer_id"])
    found = household_totals(money, facts_of(delivered, rules()), members, rules()).to_pylist()
    assert len({(one["household_id"], one["currency_code"]) for one in found}) == len(found)
    return {
        (first.get(one["household_id"]), one["currency_code"]): (str(one["total_amount"]), one["accounts_count"])
        for one in found
    }


def test_a_joint_account_of_two_members_counts_once():
    found = totals(["A1 anna owner 0.5", "A1 ben joint_owner 0.5"], ["A1 EUR 100"], COUPLE)
    assert found == {("anna", "EUR"): ("100.0000", 1), (None, "EUR"): ("0.0000", 0)}


def test_accounts_of_one_currency_are_added():
    found = totals(["A1 anna owner 1", "A2 ben owner 1"], ["A1 EUR 100", "A2 EUR 11"], COUPLE)
    assert found["anna", "EUR"] == ("111.0000", 2)


def test_of_an_account_shared_with_an_outsider_the_members_part_counts():
    found = totals(["A1 anna owner 0.5", "A1 carl joint_owner 0.5"], ["A1 EUR 100"], COUPLE)
    assert found["anna", "EUR"] == found["carl", "EUR"] == ("50.0000", 1)


def test_both_owners_told_to_own_all_of_it_own_half_each():
    found = totals(["A1 anna owner 1", "A1 carl joint_owner 1"], ["A1 EUR 100"])
    assert found["anna", "EUR"] == found["carl", "EUR"] == ("50.0000", 1)


def test_an_owner_without_a_share_has_what_the_others_leave():
    found = totals(["A1 anna owner 0.7", "A1 ben joint_owner", "A1 carl joint_owner"], ["A1 EUR 100"])
    assert [found[name, "EUR"][0] for name in ("anna", "ben", "carl")] == ["70.0000", "15.0000", "15.0000"]


def test_thirds_of_a_cent_add_up_to_the_cent():
    thirds = [f"A1 {name} owner" for name in ("anna", "ben", "carl")]
    found = totals(thirds, ["A1 EUR 0.0100"])
    assert sorted(amount for amount, _ in found.values()) == ["0.0000", "0.0033", "0.0033", "0.0034"]


def test_what_belongs_to_nobody_known_is_outside():
    found = totals(["A1 anna owner 0.6", "A2 stranger owner 1"], ["A1 EUR 100", "A2 EUR 7", "A3 CHF -5"])
    assert found == {("anna", "EUR"): ("60.0000", 1), (None, "EUR"): ("47.0000", 2), (None, "CHF"): ("-5.0000", 1)}


def test_who_may_sign_owns_nothing_and_currencies_are_not_added():
    found = totals(["A1 anna owner 1", "A1 ben disponent 0", "A2 anna owner 1"], ["A1 EUR 100", "A2 CHF 50"])
    assert found["anna", "EUR"] == ("100.0000", 1)
    assert found["anna", "CHF"] == ("50.0000", 1)
    assert ("ben", "EUR") not in found


def test_the_largest_amounts_do_not_overflow():
    found = totals(["A1 anna owner 1"], ["A1 EUR 9999999999999999.9999"])
    assert found["anna", "EUR"] == ("9999999999999999.9999", 1)
