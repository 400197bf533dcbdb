"""Each rule broken once: the problem, its file and its line."""

from pathlib import Path

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.problems import DefinitionErrors, Problem
from tests.unit.catalog.breaks import BREAKS, PARTIES, SOURCE, Break
from tests.unit.catalog.samples import FILES, line_of, write_tree


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionErrors) as raised:
        load_catalog(root)
    return raised.value.problems


def broken(one: Break) -> str:
    text = FILES[one.file]
    assert text.count(one.old) == 1, f"{one.old!r} must be in {one.file} once"
    return text.replace(one.old, one.new)


def transforms(root: Path) -> None:
    (root / "transforms").mkdir(exist_ok=True)
    (root / "transforms" / "sample.py").write_text("def with_size(rows):\n    return rows\n", encoding="utf-8")


@pytest.mark.parametrize("one", BREAKS, ids=lambda one: f"{one.rule}: {one.new.strip()[:50]}")
def test_one_broken_place_is_one_problem_in_its_line(tmp_path, one):
    transforms(tmp_path)
    text = broken(one)
    found = problems_of(write_tree(tmp_path, {one.file: text}))
    assert [problem.rule for problem in found] == [one.rule], "\n".join(map(str, found))
    assert found[0].file == tmp_path / one.file
    assert one.says in str(found[0])
    assert found[0].way_out
    if one.at is not None:
        assert found[0].line == line_of(text, one.at)


def test_every_broken_file_is_reported_together(tmp_path):
    """The same breaks, each in a source system of its own, all found in one pass."""
    breaks = [one for one in BREAKS if one.file == SOURCE and one.rule != "identity"]
    transforms(tmp_path)
    files = {
        f"sources/s{number}/persons.yml": broken(one).replace("id: crm/persons", f"id: s{number}/persons")
        for number, one in enumerate(breaks)
    }
    found = {(problem.file.parent.name, problem.rule) for problem in problems_of(write_tree(tmp_path, files))}
    assert found == {(f"s{number}", one.rule) for number, one in enumerate(breaks)}
    assert len(found) > 40


def test_several_problems_of_one_file_are_told_together_in_order_of_lines(tmp_path):
    text = FILES[SOURCE]
    for old, new in (
        ("status: active", "statuss: active"),
        ("logicalType: number", "logicalType: numbre"),
        ("mode: merge", "mode: merged"),
        ("entity: parties", "entity: partys"),
    ):
        text = text.replace(old, new)
    found = problems_of(write_tree(tmp_path, {SOURCE: text}))
    assert [problem.rule for problem in found] == ["unknown_field", "bad_type", "bad_value", "dangling_entity"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_feed_of_an_entity_whose_file_is_broken_is_no_second_problem(tmp_path):
    found = problems_of(write_tree(tmp_path, {PARTIES: "id: [parties\n"}))
    assert [problem.rule for problem in found] == ["yaml"]


def test_two_files_of_one_identity_are_both_named(tmp_path):
    found = problems_of(write_tree(tmp_path, {"sources/crm/people.yml": FILES[SOURCE]}))
    told = {(problem.rule, problem.file.name) for problem in found}
    assert ("identity", "people.yml") in told
    assert ("duplicate", "persons.yml") in told or ("duplicate", "people.yml") in told


def test_files_that_no_one_would_read_are_problems(tmp_path):
    files = dict.fromkeys(("sources/stray.yml", "sources/crm/deep/x.yml", "sources/crm/x.yaml"), "id: x\n")
    found = problems_of(write_tree(tmp_path, files))
    assert [(problem.rule, problem.file.name) for problem in found] == [
        ("identity", "x.yml"), ("identity", "x.yaml"), ("identity", "stray.yml"),
    ]  # fmt: skip


def test_a_double_underscore_in_a_path_would_collide_with_bronze_names(tmp_path):
    files = {
        "sources/crm/a__b.yml": FILES[SOURCE].replace("crm/persons", "crm/a__b").replace("name: persons", "name: a__b")
    }
    assert [problem.rule for problem in problems_of(write_tree(tmp_path, files))] == ["bad_name"]


def test_a_definition_of_more_than_200_lines_is_too_long(tmp_path):
    long = FILES[SOURCE] + "#\n" * (201 - FILES[SOURCE].count("\n"))
    found = problems_of(write_tree(tmp_path, {SOURCE: long}))
    assert [(problem.rule, problem.line, problem.message) for problem in found] == [
        ("too_long", 201, "201 lines, the limit is 200")
    ]


def test_a_problem_reads_as_one_line_with_place_rule_and_way_out():
    problem = Problem(Path("a.yml"), 3, 5, "unknown_field", "unknown field x", "did you mean y?")
    assert str(problem) == "a.yml:3:5 unknown_field: unknown field x — did you mean y?"
