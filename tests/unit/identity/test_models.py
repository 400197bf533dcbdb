"""Model files, and what is frozen of a trained model."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlglot

from spark_jobs.identity.matching.comparisons import settings_of
from spark_jobs.identity.matching.definition import MODELS, Definition, load_definition
from spark_jobs.identity.matching.dialects import translated
from spark_jobs.identity.matching.frozen import load_frozen, shipped
from spark_jobs.identity.matching.pairs import pairs_sql
from spark_jobs.identity.matching.training import train
from spark_jobs.settings import PROJECT
from tests.bench._entity_sets import MODELS as BENCH_MODELS
from tests.unit.identity.small_town import DEFINITION, model, people

FILES = sorted([*MODELS.glob("*.yml"), *BENCH_MODELS.glob("*.yml")])


def test_there_are_models():
    assert {file.stem for file in FILES} >= {"bank", "febrl", "historical"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_one_model_file_serves_both_backends(file, dialect):
    definition = load_definition(file)
    settings = settings_of(definition, dialect=dialect).get_settings(dialect)
    assert [one.output_column_name for one in settings.comparisons] == [one.name for one in definition.comparisons]
    conditions = [level.sql_condition for one in settings.comparisons for level in one.comparison_levels]
    assert len(conditions) > len(definition.comparisons)
    pairs = translated(pairs_sql(definition), dialect)
    assert sqlglot.parse_one(pairs, read=dialect)
    if dialect == "spark":
        told = " ".join([pairs, *conditions]).lower()
        assert not [
            name for name in ("list_has_any", "unnest", "&&", "jaro_winkler_similarity", "jarowinkler") if name in told
        ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_levels_read_declared_columns_only(file):
    definition = load_definition(file)
    named = {level.column for one in definition.comparisons for level in one.levels if level.column}
    named |= set(definition.term_frequency_columns)
    assert {part for name in named for part in name.split("/")} <= set(definition.columns)


def test_a_frozen_model_is_read_back_as_it_was(tmp_path):
    folder = model().save(tmp_path)
    assert load_frozen(folder).version == model().version
    assert folder.name == model().version


def test_a_frozen_model_that_was_changed_is_refused(tmp_path):
    folder = model().save(tmp_path)
    document = json.loads((folder / "model.json").read_text())
    document["prior"] *= 2
    (folder / "model.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match="changed after it was frozen"):
        load_frozen(folder)


def test_anything_that_a_score_depends_on_changes_the_version():
    other = Definition(**{**DEFINITION.model_dump(), "thresholds": {"keep": 0.2, "merge": 0.9, "largest": 5}})
    versions = {replace(model(), prior=0.5).version, replace(model(), definition=other).version, model().version}
    assert len(versions) == 3


def test_records_without_a_pair_teach_nothing():
    two = people(
        {"record_key": "a", "given": "anna", "family": "meier", "born": "1980-01-02"},
        {"record_key": "b", "given": "beat", "family": "huber", "born": "1950-06-07"},
    )
    with pytest.raises(ValueError, match="nothing to learn"):
        train(two, DEFINITION)


def test_the_shipped_model_is_that_of_the_model_file():
    """Change bank.yml and this fails until a model is trained and saved again (docs of `shipped`)."""
    bank = shipped(load_definition("bank"))
    assert bank.records > 100_000
    assert set(bank.term_frequencies) == {"family_name", "given_name"}


def test_another_definition_has_no_shipped_model():
    with pytest.raises(FileNotFoundError, match="town"):
        shipped(DEFINITION)


def test_matching_is_imported_without_spark_and_without_splink():
    program = (
        "import sys; from spark_jobs.identity.matching import apart, clusters, frozen, records, scoring, training; "
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "spark_jobs.identity.matching.scoring" in loaded
    assert not loaded & {"pyspark", "splink", "altair", "pandas", "pypinyin", "phonenumbers"}
