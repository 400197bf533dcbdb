"""Tag families: every problem of every file together, with file, line and the way out."""

import pytest

from dbt_project.tags.examples import failing_examples
from dbt_project.tags.loading import load_tags
from dbt_project.tags.reading import read_family
from spark_jobs.catalog.problems import DefinitionErrors
from tests.unit.tags.world import write_family


def problems_of(root):
    with pytest.raises(DefinitionErrors) as caught:
        load_tags(root)
    return {(one.file.name, one.rule): one for one in caught.value.problems}


def test_all_problems_are_told_at_once(tmp_path):
    write_family(tmp_path, "assets/misspelt", "total_aset_amount > 0")
    write_family(tmp_path, "assets/no_condition", "total_asset_amount")
    write_family(tmp_path, "assets/divides", "cash_amount / total_asset_amount > 0.5")
    write_family(tmp_path, "assets/calls", "levenshtein(segment_code, 'x') > 0")
    write_family(tmp_path, "assets/looks_around", "rank() over (order by age_years) > 1")
    write_family(tmp_path, "assets/unused", "age_years > 18", over="{level: [1, 2]}", name="Of {level}")
    write_family(tmp_path, "assets/undeclared", "age_years > {years}")
    file = write_family(tmp_path, "assets/nobody", "age_years > 18")
    file.write_text(file.read_text().replace("owner: tests\n", ""))
    found = problems_of(tmp_path)
    assert set(found) == {
        ("misspelt.yml", "unknown_input"), ("no_condition.yml", "type_mismatch"), ("divides.yml", "division"),
        ("calls.yml", "unknown_function"), ("looks_around.yml", "bad_expression"), ("unused.yml", "unused_parameter"),
        ("undeclared.yml", "unknown_parameter"), ("nobody.yml", "missing_field"),
    }  # fmt: skip
    assert found["misspelt.yml", "unknown_input"].line == 7
    assert found["misspelt.yml", "unknown_input"].way_out == "did you mean total_asset_amount?"


def test_tags_made_of_each_other_are_a_cycle(tmp_path):
    write_family(tmp_path, "assets/egg", "not hen")
    write_family(tmp_path, "assets/hen", "not egg")
    assert "egg -> hen -> egg" in problems_of(tmp_path)["egg.yml", "cycle"].message


def test_one_name_for_two_rules_is_a_member_with_two_meanings(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= {level}", over="{level: {a: 1, b: 2}}", name="Rich")
    assert problems_of(tmp_path)["rich.yml", "two_meanings"].message == "two tags are called Rich"


def test_two_families_that_make_one_id_are_a_duplicate(tmp_path):
    write_family(tmp_path, "assets/rich", "total_asset_amount >= {level}", over="{level: {very: 1}}", name="{level}")
    write_family(tmp_path, "wealth/rich_very", "total_asset_amount >= 2")
    assert ("rich_very.yml", "duplicate") in problems_of(tmp_path)


def test_a_family_without_null_case_is_a_problem(tmp_path):
    file = write_family(tmp_path, "assets/rich", "total_asset_amount >= 1")
    file.write_text(file.read_text().replace("given: {}", "given: {total_asset_amount: 1}"))
    assert ("rich.yml", "no_null_case") in problems_of(tmp_path)


def test_members_have_readable_names(tmp_path):
    over = "{months: [3], level: {10k: 10000}, product: {fund: {value: fund_accounts_count, says: funds}}}"
    expression = "{product} > 0 and inflow_last_90_days_amount >= {level} and {months} > 0"
    name = "{product} and {level} in {months} months"
    file = write_family(tmp_path, "assets/saver", expression, over=over, name=name)
    (tag,) = read_family(file).tags
    assert (tag.tag_id, tag.name) == ("saver_3_10k_fund", "funds and 10,000 in 3 months")


def test_an_example_that_does_not_hold_is_told(tmp_path):
    file = write_family(tmp_path, "assets/rich", "total_asset_amount >= 1")
    wrong = "given: {total_asset_amount: 2}\n    expect: {rich: false, poor: true}\n  - given: {}"
    file.write_text(file.read_text().replace("given: {}", wrong))
    assert [one.message for one in failing_examples(load_tags(tmp_path))] == ["example 1: there is no tag poor"]
    file.write_text(file.read_text().replace(", poor: true", ""))
    assert [one.message for one in failing_examples(load_tags(tmp_path))] == ["example 1: rich is True, not False"]


def test_every_example_of_the_shipped_families_holds():
    catalog = load_tags()
    assert len(catalog.evaluated) >= 1800
    assert len(catalog.families) >= 120
    assert len({tag.domain for tag in catalog.evaluated}) >= 12
    assert failing_examples(catalog) == []
