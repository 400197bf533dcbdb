"""Shares through layers and loops, and who is a beneficial owner; expected values are computed by hand."""

from pathlib import Path

import pytest

from tests.unit.identity.households._street import chains, street


def test_the_shares_of_a_chain_are_multiplied():
    """Mr X owns 50 % of XYZ, XYZ owns 60 % of ABC: 30 % of ABC (a published example, nexuscalculator.com).

    The rule is article 52(1) of Regulation (EU) 2024/1624: multiplied along a chain, added over the chains.
    """
    found, problems = chains(street("x", "xyz abc", ["x owner xyz 0.5", "xyz owner abc 0.6"]))
    row = found["x", "abc"]
    assert (row["effective_share_rate"], row["ubo_basis"], row["paths"]) == (
        0.3,
        "ownership",
        "x -50%-> xyz -60%-> abc",
    )
    assert problems == []


def test_the_results_of_several_chains_are_added():
    """10 % oneself, 40 % of a with 30 % and 50 % of b with 20 %: 0.1 + 0.12 + 0.1 = 0.32."""
    ties = ["x owner c 0.1", "x owner a 0.4", "x owner b 0.5", "a owner c 0.3", "b owner c 0.2"]
    row = chains(street("x", "a b c", ties))[0]["x", "c"]
    assert row["effective_share_rate"] == pytest.approx(0.32, abs=1e-10)
    assert row["paths"] == "x -40%-> a -30%-> c; x -10%-> c; x -50%-> b -20%-> c"
    assert row["ubo_basis"] == "ownership"


@pytest.mark.parametrize(("share", "is_inclusive", "is_ubo"), [
    ("0.25", False, False), ("0.2500000001", False, True), ("0.25", True, True), ("0.2499999999", True, False),
])  # fmt: skip
def test_exactly_a_quarter_counts_under_the_regulation_and_not_under_the_directive(share, is_inclusive, is_ubo):
    """Directive (EU) 2015/849, 3(6)(a)(i): "more than 25 %"; Regulation (EU) 2024/1624, 52(1): "25 % or more"."""
    found, _ = chains(street("x", "c", [f"x owner c {share}"]), is_inclusive=is_inclusive)
    assert found["x", "c"]["is_ubo"] is is_ubo


def test_a_quarter_is_a_quarter_whatever_doubles_make_of_it():
    """0.27 x 0.81 + 0.0313 is 0.25, and a little more in doubles."""
    assert 0.27 * 0.81 + 0.0313 > 0.25
    ties = ["x owner c 0.0313", "x owner a 0.27", "a owner c 0.81"]
    assert chains(street("x", "a c", ties))[0]["x", "c"]["is_ubo"] is False


def test_control_at_every_step_makes_a_beneficial_owner_of_a_small_share():
    """Three times 51 %: 13.3 % of the shares, and the last word in every company."""
    row = chains(street("x", "a b c", ["x owner a 0.51", "a owner b 0.51", "b owner c 0.51"]))[0]["x", "c"]
    assert (row["effective_share_rate"], row["ubo_basis"], row["is_in_control"]) == (0.132651, "control", True)


def test_a_controlled_company_with_more_than_a_quarter_makes_one_too():
    """The dominancy test (question 2022_6622 to the EBA): 60 % of a, which holds 30 % of c; by multiplication 18 %."""
    ties = ["x owner a 0.6", "a owner c 0.3", "y owner a 0.4"]
    found, _ = chains(street("x y", "a c", ties))
    assert (found["x", "c"]["effective_share_rate"], found["x", "c"]["ubo_basis"]) == (0.18, "controlled_holding")
    assert (found["x", "c"]["is_in_control"], found["y", "c"]["is_ubo"]) == (False, False)


def test_half_is_no_control():
    found, _ = chains(street("x", "a c", ["x owner a 0.5", "a owner c 0.4"]))
    assert (found["x", "c"]["controlled_share_rate"], found["x", "c"]["is_ubo"]) == (0, False)


def test_holdings_of_several_controlled_companies_are_one_hand():
    """a and b are controlled and hold 30 % each of c: 60 %."""
    ties = ["x owner a 0.6", "x owner b 0.6", "a owner c 0.3", "b owner c 0.3"]
    row = chains(street("x", "a b c", ties))[0]["x", "c"]
    assert (row["controlled_share_rate"], row["is_in_control"], row["ubo_basis"]) == (0.6, True, "ownership")


def test_a_cross_holding_has_the_closed_form():
    """x has 60 % of a, b 40 % of a, a 50 % of b, y 50 % of b.

    x in a: 0.6 / (1 - 0.4 * 0.5) = 0.75, in b half of it; y in b: 0.5 / 0.8 = 0.625, in a 40 % of it. Both sum to 1.
    """
    ties = ["x owner a 0.6", "b owner a 0.4", "a owner b 0.5", "y owner b 0.5"]
    found, _ = chains(street("x y", "a b", ties))
    shares = {pair: row["effective_share_rate"] for pair, row in found.items()}
    assert shares == pytest.approx({("x", "a"): 0.75, ("x", "b"): 0.375, ("y", "a"): 0.25, ("y", "b"): 0.625})
    assert found["x", "b"]["paths"] == "x -60%-> a -50%-> b"


def test_nearly_closed_loops_are_solved_too():
    """a and b hold 99.9 % of each other, x the rest of a: 0.001 / (1 - 0.999^2) of a."""
    ties = ["x owner a 0.001", "b owner a 0.999", "a owner b 0.999"]
    found, _ = chains(street("x", "a b", ties))
    assert found["x", "a"]["effective_share_rate"] == pytest.approx(0.001 / (1 - 0.999**2), abs=1e-9)


def test_a_ring_of_three_has_the_closed_form():
    """Each holds 50 % of the next, x 20 % of a: 0.2 / (1 - 0.125) in a."""
    ties = ["x owner a 0.2", "a owner b 0.5", "b owner c 0.5", "c owner a 0.5"]
    found, _ = chains(street("x", "a b c", ties))
    assert found["x", "c"]["effective_share_rate"] == pytest.approx(0.2 / 0.875 / 4, abs=1e-10)


def test_a_company_that_owns_part_of_itself_belongs_to_the_others_in_whole():
    found, _ = chains(street("x", "a", ["x owner a 0.9", "a owner a 0.1"]))
    assert found["x", "a"]["effective_share_rate"] == 0.9


def test_a_closed_loop_that_nobody_stands_behind_is_told_and_has_no_row():
    found, problems = chains(street("x", "a b c", ["a owner b 1", "b owner a 1", "x owner c 1"]))
    assert set(found) == {("x", "c")}
    assert problems == [("a", "no person behind", 1.0), ("b", "no person behind", 1.0)]


def test_shares_above_the_whole_are_told_and_brought_to_it():
    found, problems = chains(street("x y", "a", ["x owner a 0.9", "y owner a 0.6"]))
    assert problems == [("a", "shares above 100 %", 1.5)]
    assert found["x", "a"]["effective_share_rate"] == pytest.approx(0.6)


def test_a_share_that_is_not_told_is_no_share_and_is_told():
    found, problems = chains(street("x", "a", ["x owner a"]))
    assert (found, problems) == ({}, [("a", "share not told", None)])


def test_directors_stand_in_where_nobody_owns_enough():
    """Directive (EU) 2015/849, 3(6)(a)(ii): the senior managing official, when no person is identified."""
    ties = ["d director a", "d director b", *(f"p{number} owner a 0.2" for number in range(5)), "p0 owner b 0.9"]
    people = "d " + " ".join(f"p{number}" for number in range(5))
    found, _ = chains(street(people, "a b", ties))
    assert found["d", "a"]["ubo_basis"] == "senior_managing_official"
    assert ("d", "b") not in found
    assert not any(found[f"p{number}", "a"]["is_ubo"] for number in range(5))


@pytest.mark.parametrize(("code", "basis"), [("trustee", "trustee"), ("beneficial_owner", "declared")])
def test_trustees_and_declared_owners_are_beneficial_owners(code, basis):
    found, _ = chains(street("x d", "t", [f"x {code} t", "d director t"]))
    assert {pair: row["ubo_basis"] for pair, row in found.items()} == {("x", "t"): basis}


def test_the_same_holding_told_twice_counts_once():
    found, problems = chains(street("x", "a", ["x owner a 0.6", "x owner a 0.6"]))
    assert (found["x", "a"]["effective_share_rate"], problems) == (0.6, [])


def test_the_example_of_the_guide():
    ties = [
        "p1 owner c1 0.6",
        "p1 owner c3 0.1",
        "c1 owner c2 0.5",
        "c2 owner c3 0.4",
        "p2 owner c2 0.5",
        "p2 owner c3 0.5",
    ]
    found, _ = chains(street("p1 p2", "c1 c2 c3", ties))
    guide = (Path(__file__).parents[4] / "docs/guides/households.md").read_text(encoding="utf-8")
    for person, company in (("p1", "c1"), ("p1", "c2"), ("p1", "c3"), ("p2", "c3")):
        row = found[person, company]
        assert f"| {person} | {company} | {row['effective_share_rate']:.0%}".replace("%", " %") in guide
        assert f"`{row['paths']}`" in guide
    assert (found["p1", "c3"]["ubo_basis"], found["p2", "c3"]["ubo_basis"]) == (None, "ownership")
