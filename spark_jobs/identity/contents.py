"""One hash per record over all that silver and the vault say of it, made without normalising anything."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from spark_jobs.identity.matching.table import connect
from spark_jobs.identity.silver import register
from spark_jobs.identity.survivorship import Rules

PARTY = {
    "party_type", "full_name_token", "given_name_token", "family_name_token", "gender_code", "birth_date",
    "residence_city", "residence_region", "valid_from",
}  # fmt: skip
"""Columns of a party that records and survivorship read, whatever attributes are declared."""
CONTACT = (
    "contact_type_code", "contact_token", "country_code", "is_verified", "valid_since_date", "is_deleted",
    "deleted_date",
)  # fmt: skip
IDENTIFIER = ("identifier_type_code", "identifier_token", "issuing_country_code")
NAME, SPELT_CONTACT, SPELT_IDENTIFIER = (
    ("column_name", "token", "value"),
    ("contact_type_code", "contact_token", "value"),
    ("identifier_type_code", "identifier_token", "value"),
)
# each row is one number, and the sum of a record's numbers does not depend on their order; under the key nobody can try
# values out on the result; a party that is delivered twice has two rows, for `check_records` to find
HASHES = """
with parties as (
    select source_system, party_id, min(valid_from) as first_delivery_date,
        sum({party}) filter (is_current and not is_deleted) as content,
        count(*) filter (is_current and not is_deleted) as versions
    from silver_parties
    group by source_system, party_id
),
said as (
    select record, sum(number) as content from (
        select hash(source_system, party_id) as record, {contact} as number from silver_party_contacts
        union all
        select hash(source_system, party_id), {identifier} from silver_party_identifiers where not is_deleted
        union all
        select hash(source_system, party_id), {name} from vault_parties
        union all
        select hash(source_system, party_id), {spelt_contact} from vault_party_contacts
        union all
        select hash(source_system, party_id), {spelt_identifier} from vault_party_identifiers
    ) group by record
),
told as (
    select party_id, sum(number) as content from (
        select distinct party_id, hash('card', card_number_token) as number
        from silver_cards
        where is_current and not is_deleted and card_number_token is not null
        union all
        select distinct party_id, hash('relation', related_id) from (
            select unnest([from_party_id, to_party_id]) as party_id, unnest([to_party_id, from_party_id]) as related_id
            from silver_party_relations where not is_deleted
        )
    ) group by party_id
),
numbered as (
    select source_system || '|' || parties.party_id as record_key, first_delivery_date, parties.content as of_party,
        coalesce(said.content, 0) as of_record, coalesce(told.content, 0) as of_others, unnest(range(versions))
    from parties
    left join said on hash(source_system, parties.party_id) = said.record
    left join told on parties.party_id = told.party_id
)
select record_key, first_delivery_date,
    sha256(concat_ws('|', secret, record_key, of_party, of_record, of_others))[:32] as content_hash
from numbered
cross join secrets
"""


def content_hashes(tables: Mapping[str, Any], rules: Rules, secret: str) -> pa.Table:
    """One row per current, undeleted party of a source system: record_key, first_delivery_date, content_hash.

    The hash (32 hex digits) changes with every value that `bank_records` or `attribute_values` reads of the record, and
    with the spelling behind a token; not with the order of rows. `tables` as in `records.READ`. Clear values are read:
    nothing spills to disk, and the hash is made under the bank's secret.
    """
    known = set(tables["silver.parties"].schema.names)
    attributes = {one.attribute for one in rules.rules}
    sql = HASHES.format(
        party=_number("party", sorted((PARTY | attributes) & known)),
        contact=_number("contact", CONTACT),
        identifier=_number("identifier", IDENTIFIER),
        name=_number("name", NAME),
        spelt_contact=_number("spelt contact", SPELT_CONTACT),
        spelt_identifier=_number("spelt identifier", SPELT_IDENTIFIER),
    )
    with connect() as connection:
        register(connection, tables)
        connection.register("secrets", pa.table({"secret": [secret]}))
        return connection.sql(sql).to_arrow_table()


def _number(kind: str, columns: Iterable[str]) -> str:
    """SQL of a number of 64 bits, made of the kind and these columns."""
    return f"hash('{kind}', {', '.join(columns)})"
