"""The declared rules say what they mean, and a mistake in them is told."""

import pytest

from spark_jobs.identity.households.rules import DECLARED, load_rules
from tests.unit.identity.households._street import homes_of, rules, street


def changed(tmp_path, old, new):
    text = DECLARED.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "households.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def test_family_ties_bind_and_mandates_do_not():
    assert {one.relation for one in rules().bonds if one.relation} == {"spouse", "child", "sibling"}


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("relation: spouse", "relation: director", "relation"),
    ("relation: spouse", "relation: spouse, same: address", "exactly one"),
    ("same: family_name, needs_shared_address: true", "same: family_name", "binds nobody"),
    ("control_above: 0.5", "control_above: 0.4", "control_above"),
    ("largest_household: 12", "largest_home: 12", "largest_home"),
])  # fmt: skip
def test_a_mistake_is_told(tmp_path, old, new, problem):
    with pytest.raises(ValueError, match=problem):
        load_rules(changed(tmp_path, old, new))


def test_a_bank_may_say_that_an_address_alone_binds(tmp_path):
    ruled = load_rules(changed(tmp_path, "same: family_name", "same: address"))
    assert homes_of(street("anna/meier ben/frei", homes="oak: anna ben"), ruled=ruled) == ["anna ben"]


def test_the_age_of_a_minor_is_declared(tmp_path):
    ruled = load_rules(changed(tmp_path, "adult_from_age: 18", "adult_from_age: 30"))
    family = street("anna//1970 max//2000", ties=["max child anna"])
    assert (homes_of(family), homes_of(family, ruled=ruled)) == (["anna", "max"], ["anna max"])
