"""Records compared in Spark and in DuckDB: the same edges by the same model file."""

from functools import partial

import pyarrow as pa
import pytest

from spark_jobs.identity.daily import chosen_backend
from spark_jobs.identity.matching.backends import in_duckdb
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.frozen import shipped
from spark_jobs.identity.matching.records import bank_schema
from spark_jobs.identity.matching.scoring import match, match_new
from spark_jobs.identity.matching.spark_backend import in_spark
from spark_jobs.session import close, connect
from tests.bench._bank_population import model_records, writings
from tests.unit.identity.small_town import model, people, town

HARD = (("garin", "ganri"), ("fedahj", "efdhja"), ("müller", "mueller"), ("王", "王秀"), ("", "ab"), ("ab", None))
"""Texts of which similarities are easily reckoned otherwise: transpositions, letters of several bytes, nothing."""


SPELT = (("kowalewska", "kowalski"), ("febijbeh", "fjejbbeh"))
"""Names that DuckDB's Jaro-Winkler finds as alike as 0.88; Jaro alone does not, nor does Splink's jar the second."""


@pytest.fixture(scope="module")
def bank():
    """800 records of persons and organisations of twenty systems, and SPELT persons, as the `bank` model reads them."""
    spelt = [{"record_key": f"{at}|{name}", "given_name": "anna", "family_name": name, "birth_date": f"1980-01-0{at}",
              "party_type": "person"} for at, both in enumerate(SPELT, 1) for name in both]  # fmt: skip
    return pa.concat_tables([model_records(writings(800)), pa.Table.from_pylist(spelt, bank_schema())])


@pytest.mark.slow
def test_the_shipped_model_finds_the_same_edges_in_both(spark, bank):
    shipped_model = shipped(load_definition("bank"))
    expected = match(bank, shipped_model)
    reasons = {reason.split(":")[0] for reason in expected["reason"].to_pylist()}
    assert expected.num_rows > 100 and reasons == {"rule", "score"}
    assert {f"{at}|{one}" for at, (one, _) in enumerate(SPELT, 1)} <= set(expected["left_key"].to_pylist())
    assert match(bank, shipped_model, partial(in_spark, spark)).equals(expected)  # scores and weights to the last bit


@pytest.mark.slow
def test_new_records_get_the_same_edges_in_both_whichever_session_was_opened_last(spark, lakehouse):
    close(connect(lakehouse, "matching", "another"))
    new, standing = town().slice(0, 90), town().slice(60)  # 30 records in both: their new version counts
    expected = match_new(new, standing, model())
    assert expected.num_rows > 10
    assert match_new(new, standing, model(), partial(in_spark, spark)).equals(expected)


def test_similarities_are_duckdbs_for_whatever_text(spark):
    texts = people(*({"record_key": str(at), "given": one, "family": two} for at, (one, two) in enumerate(HARD)))
    sql = """
        SELECT record_key, jaro_winkler_similarity(given, family) AS alike, damerau_levenshtein(given, family) AS moved,
            levenshtein(given, family) AS away, least(given, family) AS smaller
        FROM texts ORDER BY record_key"""
    found = []
    for opening in (in_duckdb, partial(in_spark, spark)):
        with opening() as backend:
            backend.add("texts", texts)
            found.append(backend.rows(sql).to_pylist())
    in_both, other = found
    assert len(in_both) == len(HARD) and in_both[0]["alike"] > 0.8
    assert other == in_both


def test_spark_holds_nothing_of_the_records_afterwards(spark):
    with in_spark(spark) as backend:
        backend.add("texts", town())
        backend.keep("some", "SELECT * FROM texts LIMIT 1")
        assert spark.catalog.tableExists("some")
    assert [row for row in spark.sql("show views").collect() if row["viewName"] in ("texts", "some")] == []


def test_a_bank_chooses_by_one_setting(spark, lakehouse):
    assert chosen_backend(lakehouse) is in_duckdb
    chosen = lakehouse.model_copy(update={"matching_backend": "spark"})
    with chosen_backend(chosen, spark)() as backend:
        assert backend.dialect == "spark"
    with pytest.raises(ValueError, match="MATCHING_BACKEND is spark"):
        chosen_backend(chosen)
