"""Stored audiences: every problem of every file together."""

import shutil

import pytest

from dbt_project.tags.loading import load_tags
from serving.audiences.conditions import as_sql
from serving.audiences.definitions import DEFINITIONS, load_audiences, load_purposes
from spark_jobs.catalog.problems import DefinitionErrors

TAGS = {tag: {"value_type": kind} for tag, kind in {"rich": "boolean", "segment": "category", "age": "number"}.items()}
AUDIENCE = """\
description: An audience of a test
owner: tests
purpose: {purpose}
where: {where}
"""


@pytest.fixture
def definitions(tmp_path):
    shutil.copy(DEFINITIONS / "purposes.yml", tmp_path)
    (tmp_path / "audiences").mkdir()
    return tmp_path


def write(root, name, where, purpose="service"):
    text = AUDIENCE.format(where=where, purpose=purpose)
    (root / "audiences" / f"{name}.yml").write_text(text, encoding="utf-8")


def problems_of(root):
    with pytest.raises(DefinitionErrors) as caught:
        load_audiences(TAGS, root)
    return {(one.file.stem, one.rule): one for one in caught.value.problems}


def test_all_problems_are_told_at_once(definitions):
    write(definitions, "misspelt", "ritch")
    write(definitions, "typed", "segment > 3")
    write(definitions, "unreadable", "rich and")
    write(definitions, "nobody", "audience('noone')")
    write(definitions, "unfit", "rich", purpose="fun")
    found = problems_of(definitions)
    assert set(found) == {
        ("misspelt", "unknown_tag"), ("typed", "wrong_type"), ("unreadable", "bad_condition"),
        ("nobody", "unknown_audience"), ("unfit", "unknown_purpose"),
    }  # fmt: skip
    assert (found["misspelt", "unknown_tag"].line, found["misspelt", "unknown_tag"].way_out) == (
        4,
        "did you mean rich?",
    )


def test_audiences_made_of_each_other_are_a_cycle(definitions):
    write(definitions, "egg", "not audience('hen')")
    write(definitions, "hen", "not audience('egg')")
    assert {rule for _, rule in problems_of(definitions)} == {"cycle"}


def test_an_audience_comes_after_those_that_it_names(definitions):
    write(definitions, "a_second", "audience('z_first') and age >= 60")
    write(definitions, "z_first", "{all: [rich, {not: \"segment = 'retail'\"}]}")
    found = load_audiences(TAGS, definitions)
    assert list(found) == ["z_first", "a_second"]
    assert as_sql(found["z_first"].condition) == "(rich and (not segment in ('retail')))"


def test_the_shipped_audiences_fit_the_shipped_tags():
    tags = {tag.tag_id: {"value_type": tag.value_type} for tag in load_tags().evaluated}
    assert len(load_audiences(tags)) >= 8
    assert {consent for consent in load_purposes().values() if consent} <= set(tags)
