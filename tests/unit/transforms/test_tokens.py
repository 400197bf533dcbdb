"""Tokens: HMAC-SHA256 against RFC 4231, and values that are one thing get one token."""

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import functions as F  # noqa: N812

from spark_jobs.transforms.tokens import KEY_SCHEMA, KEY_VIEW, hmac_sha256, normalised, token, token_key_rows

RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]
SPELLINGS = [
    ("name", "Zoë  Müller", "ZOË MÜLLER", True),
    ("name", "Zoe\u0308 Müller", "Zoë Müller", True),
    ("name", "Muller", "Müller", False),
    ("name", "王  伟", "王 伟", True),
    ("name", "Straße", "STRASSE", True),
    ("email", " Ann@Example.ORG", "ann@example.org", True),
    ("phone", "+41 (0)79 123 45 67", "0041 79 123 45 67", True),
    ("identifier", "ＡＢ－12.3", "ab123", True),
    ("account", "CH93 0076-2011", "ch9300762011", True),
    ("text", "Rue  du Lac 1", "rue du lac 1", True),
]


@pytest.fixture
def token_key(spark: Any) -> Any:
    spark.createDataFrame(token_key_rows(b"Jefe"), KEY_SCHEMA).createOrReplaceTempView(KEY_VIEW)
    yield
    spark.catalog.dropTempView(KEY_VIEW)


@pytest.mark.parametrize(("key", "message", "digest"), RFC_4231)
def test_hmac_is_that_of_rfc_4231(spark: Any, key: bytes, message: bytes, digest: str) -> None:
    row = spark.createDataFrame([(*token_key_rows(key)[0], message)], f"{KEY_SCHEMA}, message binary")
    assert row.select(hmac_sha256(F.col("message"), F.col("inner_pad"), F.col("outer_pad"))).collect()[0][0] == digest


def test_a_token_is_the_hmac_of_the_value_and_null_stays_null(table: Callable[..., Any], token_key: Any) -> None:
    tokens = table("value string", ("what do ya want for nothing?",), (None,)).select(token(F.col("value"))).collect()
    assert [row[0] for row in tokens] == [RFC_4231[1][2], None]


@pytest.mark.parametrize(("normaliser", "one", "other", "is_same"), SPELLINGS)
def test_spellings_of_one_value_are_one(
    table: Callable[..., Any], normaliser: str, one: str, other: str, is_same: bool
) -> None:
    row = table("one string, other string", (one, other)).select(
        normalised(F.col("one"), normaliser).alias("one"), normalised(F.col("other"), normaliser).alias("other")
    )
    first, second = row.collect()[0]
    assert first
    assert (first == second) is is_same


def test_a_contact_is_normalised_by_its_kind(table: Callable[..., Any]) -> None:
    rows = table("kind string, value string", ("email", "A@B.c"), ("mobile", "+41 79"), ("postal_address", " Rue  1"))
    values = rows.select(normalised(F.col("value"), "contact", F.col("kind"))).collect()
    assert [row[0] for row in values] == ["a@b.c", "004179", "rue 1"]
