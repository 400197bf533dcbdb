"""Every contract against the JSON schema that the Open Data Contract Standard publishes."""

import json
from pathlib import Path

import jsonschema
import open_data_contract_standard
import pytest

from spark_jobs.catalog.documents import read_document
from spark_jobs.catalog.loading import SPARK_JOBS, entity_files, source_files
from tests.fixtures.guide import guide_block
from tests.unit.catalog.samples import FILES, write_tree

SCHEMA = Path(open_data_contract_standard.__file__).with_name("schema.json")


@pytest.fixture(scope="module")
def standard():
    return jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def deviations(standard, file: Path) -> list[str]:
    document = read_document(file)
    return [
        f"{file}:{document.mark(tuple(error.absolute_path))[0]}: {error.message[:150]}"
        for error in standard.iter_errors(document.data)
    ]


def test_every_contract_follows_the_standard(standard):
    files = [*source_files(SPARK_JOBS), *entity_files(SPARK_JOBS)]
    assert len(files) > 30
    found = [one for file in files for one in deviations(standard, file)]
    assert not found, f"{len(found)} deviations:\n" + "\n".join(found)


def test_the_contract_of_the_guide_follows_the_standard(standard, tmp_path):
    file = tmp_path / "requests.yml"
    file.write_text(guide_block("yaml"), encoding="utf-8")
    assert deviations(standard, file) == []


def test_the_samples_follow_the_standard_and_a_broken_one_does_not(standard, tmp_path):
    root = write_tree(tmp_path)
    assert [one for name in FILES for one in deviations(standard, root / name)] == []
    broken = FILES["entities/advisers.yml"].replace("logicalType: string", "logicalType: text")
    (root / "entities/advisers.yml").write_text(broken, encoding="utf-8")
    assert len(deviations(standard, root / "entities/advisers.yml")) == 1
