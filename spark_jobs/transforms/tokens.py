"""Tokens: HMAC-SHA256 of a normalised identifier, built from SHA-256 because Spark has no HMAC.

The key never enters an expression. `token_key_rows` makes one row of the two pads; it becomes the temporary view
`token_key` of the session, and expressions read it through scalar subqueries. A plan shows `Subquery` over
`LocalTableScan [inner_pad]`, never a value: not in explain(), not in the event log, not in Delta's history. Neither a
literal nor a SQL variable would do: both are printed with the plan.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

BLOCK_BYTES = 64
KEY_VIEW = "token_key"
KEY_SCHEMA = "inner_pad binary, outer_pad binary"
PLAIN = r"^[ -~]*$"
"""Printable ASCII, for which Unicode normalisation changes nothing."""


def token_key_rows(key: bytes) -> list[tuple[bytes, bytes]]:
    """The one row of the view `token_key`: the key XOR RFC 2104's inner and outer pad."""
    import hashlib

    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return [(bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block))]


def hmac_sha256(message: Column, inner_pad: Column, outer_pad: Column) -> Column:
    """HMAC-SHA256 (RFC 2104) of a text or binary column, as 64 hex digits; NULL for NULL."""
    inner = F.unhex(F.sha2(F.concat(inner_pad, message.cast("binary")), 256))
    return F.sha2(F.concat(outer_pad, inner), 256)


def token(value: Column) -> Column:
    """Token of a normalised value, under the key in the session's view `token_key`; NULL for NULL."""
    pads = (F.expr(f"(select {pad} from {KEY_VIEW})") for pad in ("inner_pad", "outer_pad"))
    return hmac_sha256(value, *pads)


def normalised(value: Column, normaliser: str | None, contact_type: Column | None = None) -> Column:
    """The value as it enters the token, so that two spellings of one thing get one token."""
    if normaliser == "contact":
        return _contact(value, contact_type if contact_type is not None else F.lit("email"))
    return NORMALISERS[normaliser or "text"](value)


def _compatible(value: Column) -> Column:
    """NFKC: full-width letters and ligatures become plain, accents are composed (ICU, part of Spark)."""
    composed = F.try_reflect(F.lit("com.ibm.icu.text.Normalizer"), F.lit("compose"), value, F.lit(True))
    return F.when(F.rlike(value, F.lit(PLAIN)), value).otherwise(composed)


def _folded(value: Column) -> Column:
    """NFKC and full case folding: Straße and STRASSE are one."""
    composed = F.try_reflect(F.lit("com.ibm.icu.text.Normalizer"), F.lit("compose"), value, F.lit(True))
    folded = F.try_reflect(F.lit("com.ibm.icu.lang.UCharacter"), F.lit("foldCase"), composed, F.lit(True))
    return F.when(F.rlike(value, F.lit(PLAIN)), F.lower(value)).otherwise(folded)


def _spaced(value: Column) -> Column:
    return F.trim(F.regexp_replace(value, r"\s+", " "))


def _email(value: Column) -> Column:
    return F.regexp_replace(_folded(value), r"\s+", "")


def _phone(value: Column) -> Column:
    """Digits only, with `00` for the international `+`: 0041 and +41 are one."""
    return F.regexp_replace(F.regexp_replace(_compatible(value), r"^\s*\+", "00"), r"\(0\)|\D", "")


def _account(value: Column) -> Column:
    """Capital letters and digits; plain replacing because postings come by the million."""
    text = F.upper(value)
    for sign in (" ", "-", ".", "/"):
        text = F.replace(text, F.lit(sign), F.lit(""))
    return text


def _identifier(value: Column) -> Column:
    return F.regexp_replace(F.upper(_compatible(value)), r"[^\p{L}\p{N}]", "")


def _name(value: Column) -> Column:
    return _spaced(F.regexp_replace(_folded(value), r"[.,;·]", " "))


def _text(value: Column) -> Column:
    return _spaced(_folded(value))


NORMALISERS = {
    "email": _email, "phone": _phone, "account": _account, "identifier": _identifier, "name": _name, "text": _text,
}  # fmt: skip


def _contact(value: Column, contact_type: Column) -> Column:
    is_phone = contact_type.isin("mobile", "phone")
    return F.when(contact_type == "email", _email(value)).when(is_phone, _phone(value)).otherwise(_text(value))
