"""Records of persons in 20 source systems, drawn by DuckDB from their numbers alone, as silver and the vault hold them.

Names, cities and streets are the demo bank's. One person in six is written down by several systems, each with its own
key, typing errors, old addresses and gaps. BELLWETHER_BENCH_RECORDS makes the populations of the benchmarks smaller.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import write_deltalake

from infra.demo_bank import words
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.names import table_path
from spark_jobs.identity.matching.records import READ, bank_records
from spark_jobs.identity.silver import read
from tests.bench._big_silver import MACROS, silver_columns

FIRST_DATE = date(2026, 6, 1)
COPIES = 6
"""Numbers set aside for the records of a person: record = COPIES * person + copy."""
SHARES = "[830, 945, 985, 995, 998]"
"""Of 1,000 persons so many have at most one record, two, and so on: 1.25 records on average."""
RECORDS_PER_PERSON = 1.25
CHUNK = 250_000
SINCE = "date '2016-01-01' + pick(record, 6, 3600)::int"
KEYS = {"source_system": "source_system", "party_id": "party_id"}
CONTACTS = {"email": "email", "mobile": "mobile", "postal_address": "address"}
IDENTIFIERS = ("tax_id", "national_id", "passport", "core_client_id")
NAMES = {"given_name_token": "given", "family_name_token": "family", "full_name_token": "whole"}
PARTIES = KEYS | {name: f"md5({value})" for name, value in NAMES.items()} | {
    "party_type": "'person'", "party_role": "'customer'", "name_script": "name_script", "birth_date": "birth_date",
    "gender_code": "gender_code", "residence_city": "city", "residence_country_code": "country",
    "nationality_code": "country", "occupation_code": "occupation_code", "segment_code": "segment_code",
    "valid_from": "since_date",
}  # fmt: skip
DIGITS = {"CH": ("+4179", 7), "DE": ("+49151", 8), "FR": ("+336", 8), "IT": ("+39347", 7), "LU": ("+352621", 6),
          "GB": ("+447", 9), "ES": ("+346", 8), "HK": ("+8529", 7), "CN": ("+86138", 8)}  # fmt: skip
"""Prefix of mobile numbers and the digits behind it, of the countries whose cities this population lives in."""


def records_wanted(usual: int) -> int:
    """The size of a population: the usual one, or that of BELLWETHER_BENCH_RECORDS where it is smaller."""
    return min(usual, int(os.environ.get("BELLWETHER_BENCH_RECORDS", usual)))


def is_whole(usual: int) -> bool:
    """Whether the population has its usual size: a smaller one meets no goal."""
    return records_wanted(usual) == usual


def writings(records: int) -> pa.Table:
    """About that many records (record, version, since_date) of persons 0, 1, 2 ..., in order."""
    persons = round(records / RECORDS_PER_PERSON)
    with _maker() as maker:
        return maker.sql(f"""
            select record, 0::bigint as version, {SINCE} as since_date from (
                select person * {COPIES} + copy as record, copy, pick(person, 47, 1000) as luck
                from range({persons}) as persons (person), range({COPIES}) as copies (copy)
            )
            where copy = 0 or luck >= {SHARES}[copy]
            order by record""").to_arrow_table()


def changed(chosen: pa.Table, **columns: Any) -> pa.Table:
    """The writings with another `version` or `since_date`."""
    for name, value in columns.items():
        values = pa.array([value] * chosen.num_rows, chosen.schema.field(name).type)
        chosen = chosen.set_column(chosen.schema.get_field_index(name), name, values)
    return chosen


def record_keys(chosen: pa.Table) -> pa.Array:
    """Keys of the records, in order of their numbers."""
    with _written(chosen) as maker:
        found = maker.sql(f"select {_key()} as record_key from written order by record").to_arrow_table()
    return found["record_key"].combine_chunks()


def truth_of(chosen: pa.Table) -> dict[str, str]:
    """Record key -> person, for evaluation only."""
    with _written(chosen) as maker:
        rows = maker.sql(f"select {_key()}, 'p' || record // {COPIES} from written").fetchall()
    return dict(rows)


def model_records(chosen: pa.Table) -> pa.Table:
    """The records as the `bank` model reads them, made in parts so that little is held at a time."""
    parts = [chosen.slice(start, CHUNK) for start in range(0, chosen.num_rows, CHUNK)]
    return pa.concat_tables(bank_records(dict(_read_tables(part))) for part in parts).combine_chunks()


def write_home(home: Path, chosen: pa.Table) -> None:
    """Add the records to the silver and vault tables of a home."""
    for name, table in _tables(chosen):
        write_deltalake(table_path(home, name), table, mode="append")


def _read_tables(chosen: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    empty = Path("no home")
    yield from ((name, read(empty, name)) for name in READ)
    yield from _tables(chosen)


def _tables(chosen: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The tables of silver and the vault, by name."""
    with _written(chosen) as maker:
        for name, sql in _queries().items():
            yield name, maker.sql(sql).to_arrow_table()


def _queries() -> dict[str, str]:
    contacts = _unpivoted(CONTACTS, "is_verified, country, since_date")
    identifiers = _unpivoted({name: name for name in IDENTIFIERS}, "country")
    contact = KEYS | {"contact_type_code": "kind", "contact_token": "md5(value)", "country_code": "country",
                      "is_verified": "is_verified", "valid_since_date": "since_date"}  # fmt: skip
    identifier = KEYS | {"identifier_type_code": "kind", "identifier_token": "md5(value)",
                         "issuing_country_code": "country"}  # fmt: skip
    vaulted = f"select {', '.join(KEYS)}, kind as {{}}_type_code, md5(value) as {{}}_token, value from ({{}})"
    names = _unpivoted(NAMES, "since_date")
    return {
        "silver.parties": _silver("parties", PARTIES, "written"),
        "silver.party_contacts": _silver("party_contacts", contact, f"({contacts})"),
        "silver.party_identifiers": _silver("party_identifiers", identifier, f"({identifiers})"),
        "vault.parties": f"select {', '.join(KEYS)}, kind as column_name, md5(value) as token, value from ({names})",
        "vault.party_contacts": vaulted.format("contact", "contact", contacts),
        "vault.party_identifiers": vaulted.format("identifier", "identifier", identifiers),
    }


def _silver(entity: str, given: Mapping[str, str], source: str) -> str:
    return f"select {silver_columns(load_catalog().entities[entity], given)} from {source}"


def _unpivoted(kinds: Mapping[str, str], others: str) -> str:
    """One row per record and value it has: keys, kind, value, and other columns."""
    keys = ", ".join(KEYS)
    rows = [
        f"select {keys}, '{kind}' as kind, {column} as value, {others} from written where {column} is not null"
        for kind, column in kinds.items()
    ]
    return " union all ".join(rows)


def _key() -> str:
    return "source_system || '|' || party_id"


def _written(chosen: pa.Table) -> duckdb.DuckDBPyConnection:
    maker = _maker()
    maker.register("writings", chosen)
    maker.execute(Path(__file__).with_name("_bank_records.sql").read_text(encoding="utf-8"))
    return maker


def _maker() -> duckdb.DuckDBPyConnection:
    maker = duckdb.connect()
    for macro in (*MACROS, *_word_macros()):
        maker.execute(f"create macro {macro}")
    return maker


def _word_macros() -> Iterator[str]:
    """Functions that draw a word by a number and a salt, and one that mistypes some of them."""
    pairs = {"han": 0, "pinyin": 1}
    given = (words.GIVEN_HAN_FEMALE, words.GIVEN_HAN_MALE)
    for name, side in pairs.items():
        yield _given(f"{name}_given", [words.parted(one)[side] for one in given])
        yield _drawn(f"{name}_family", words.parted(words.FAMILY_HAN)[side])
    yield _given("latin_given", [words.GIVEN_FEMALE, words.GIVEN_MALE])
    yield _drawn("latin_family", words.FAMILY)
    yield _drawn("street", words.STREETS)
    yield _drawn("han_street", words.STREETS_HAN)
    for name, chosen in (("latin_city", words.LATIN_CITIES), ("chinese_city", words.HAN_CITIES)):
        yield _drawn(name, [_place(words.CITIES[at]) for at in chosen if words.CITIES[at][2] in DIGITS])
    yield (
        "typed(text, i, salt) as case pick(i, salt, 75) when 0 then text[:2] || text[2:] "
        "when 1 then text[:2] || text[4:] when 2 then text[:1] || text[3:3] || text[2:2] || text[4:] else text end"
    )


def _place(city: Sequence[Any]) -> list[str]:
    """Name, name in the local script, country, start of postal codes, prefix of mobiles and digits behind it."""
    prefix, digits = DIGITS[city[2]]
    return [city[0], city[1], city[2], city[4], prefix, str(digits)]


def _drawn(name: str, listed: Sequence[Any]) -> str:
    return f"{name}(i, salt) as ({_literal(listed)})[pick(i, salt, {len(listed)}) + 1]"


def _given(name: str, by_sex: Sequence[Sequence[str]]) -> str:
    texts = [f"({_literal(one)})[pick(i, salt, {len(one)}) + 1]" for one in by_sex]
    return f"{name}(sex, i, salt) as if(sex = 0, {texts[0]}, {texts[1]})"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "[" + ", ".join(_literal(one) for one in value) + "]"
