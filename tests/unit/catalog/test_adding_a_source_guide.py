"""The guide's own files, followed to the letter against the real catalogue."""

import csv
import re
from pathlib import Path

import pytest

from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.problems import DefinitionErrors
from tests.fixtures.guide import CONTRACT, catalog_root_with_the_guide, guide_block, guide_text


@pytest.fixture
def root(tmp_path) -> Path:
    """The real catalogue and the guide's contract."""
    return catalog_root_with_the_guide(tmp_path)


def test_the_contract_of_the_guide_is_valid_in_the_real_catalogue(root):
    source = load_catalog(root).sources["concierge/requests"]
    assert [feed.entity for feed in source.feeds] == ["interactions"]
    assert source.server("demo") is not None


def test_the_file_of_the_guide_has_the_columns_of_its_contract(root):
    source = load_catalog(root).sources["concierge/requests"]
    header, *rows = csv.reader(guide_block("csv").splitlines(), delimiter=";")
    assert header == [column.physical_name for column in source.columns]
    assert [len(row) for row in rows] == [len(header)] * 4


def test_the_rules_that_the_guide_names_are_rules_of_the_contract(root):
    named = set(re.findall(r"700\d \(`rule:(\w+)`\)", guide_text()))
    assert named == {"minutes_at_least_0", "channel_is_known"}
    rules = {rule.name: rule.severity for rule in load_catalog(root).sources["concierge/requests"].rules}
    assert {rules.get(name) for name in named} == {"critical"}


def test_the_mistakes_of_the_guide_are_told_as_it_shows(root, monkeypatch):
    contract = root / CONTRACT
    text = contract.read_text(encoding="utf-8").replace("order_by: [opened_at]", "order_by: [open_at]")
    contract.write_text(text.replace("          started_at: opened_at\n", ""), encoding="utf-8")
    with pytest.raises(DefinitionErrors) as raised:
        load_catalog(root)
    monkeypatch.chdir(root)
    shown = str(raised.value).replace("sources/concierge", "spark_jobs/sources/concierge")
    assert shown == guide_block("text").strip()
