"""What is told of two customers, and what follows from it."""

from spark_jobs.identity.households.day import households_of_day
from spark_jobs.identity.households.tables import RELATED_PARTIES, TABLES
from tests.unit.identity.households._street import rules, street


def related(delivered):
    """(customer, relation, related customer) -> what it is derived from; None when told."""
    found = households_of_day(delivered, rules())[RELATED_PARTIES].to_pylist()
    pairs = {(one["customer_id"], one["relation"], one["related_customer_id"]): one["derived_from"] for one in found}
    assert len(pairs) == len(found)
    assert all(one["is_derived"] == (one["derived_from"] is not None) for one in found)
    return pairs


def test_a_family_tie_told_once_is_known_from_both_sides():
    assert related(street("anna mia", ties=["mia child anna"])) == {
        ("mia", "child", "anna"): None, ("anna", "parent", "mia"): "inverse",
    }  # fmt: skip


def test_a_tie_told_from_both_sides_is_not_derived_once_more():
    found = related(street("anna ben", ties=["anna spouse ben", "ben spouse anna"]))
    assert found == {("anna", "spouse", "ben"): None, ("ben", "spouse", "anna"): None}


def test_joint_owners_and_signatories_follow_from_accounts():
    accounts = ["A1 anna owner 0.5", "A1 ben joint_owner 0.5", "A1 carl disponent 0", "A2 carl owner 1"]
    found = related(street("anna ben carl", accounts=accounts))
    assert set(found) == {
        ("anna", "joint_owner", "ben"), ("ben", "joint_owner", "anna"),
        ("carl", "signatory", "anna"), ("carl", "signatory", "ben"),
    }  # fmt: skip


def test_control_and_beneficial_ownership_through_layers_are_derived():
    found = related(street("x", "a c", ["x owner a 0.6", "a owner c 0.6", "x power_of_attorney c"]))
    assert {key for key, why in found.items() if why == "control_chains"} == {
        ("x", "controls", "a"), ("x", "beneficial_owner", "a"), ("x", "controls", "c"), ("x", "beneficial_owner", "c"),
    }  # fmt: skip
    assert found["x", "power_of_attorney", "c"] is None


def test_all_tables_of_a_day_have_the_declared_columns():
    found = households_of_day(street("anna", "a", ["anna owner a 1"]), rules())
    assert {name: table.schema for name, table in found.items()} == TABLES
