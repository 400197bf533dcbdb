"""What the records of parties say, as tokens and silver values: for survivorship, and as one hash a record."""

from typing import Any

import pyarrow as pa

from spark_jobs.identity.engine import query
from spark_jobs.identity.matching.table import connect
from spark_jobs.identity.survivorship import VALUES, Rules

KEY = "source_system || '|' || party_id"
CONTACT_ATTRIBUTE = """
case contact_type_code when 'email' then 'email_token' when 'postal_address' then 'address_token' else 'phone_token' end
"""
PARTY_VALUES = """
unpivot (
    select record_key, source_system, valid_from as observed_date, {columns}
    from (select *, {key} as record_key from parties where is_current and not is_deleted)
    semi join wanted using (record_key)
) on {names} into name attribute value value
"""
CONTACT_VALUES = """
select {key} as record_key, source_system, {attribute} as attribute, contact_token as value,
    valid_since_date as observed_date, is_verified, valid_since_date as valid_from, deleted_date as valid_to
from contacts
where {key} in (from wanted)
"""
# the text holds every column of a record and, sorted, every attribute value; it is hashed under a key and goes nowhere
RECORDS = """
with delivered as (select {key} as record_key, min(valid_from) as first_delivery_date from parties group by all),
said as (
    select record_key, array_to_string(list_sort(list(to_json(values)::varchar)), ';') as text
    from values
    group by record_key
)
select records.*, first_delivery_date,
    sha256(secrets.secret || to_json(records)::varchar || ';' || coalesce(said.text, ''))[:32] as content_hash
from records
join delivered using (record_key)
left join said using (record_key)
cross join secrets
where first_delivery_date <= date '{day}'
"""


def attribute_values(parties: Any, contacts: Any, rules: Rules, record_keys: pa.Table) -> pa.Table:
    """One row per record, attribute and value, with the columns of VALUES: what survivorship chooses from.

    `parties` and `contacts` are tables of silver, `record_keys` has the wanted record_key. An attribute that parties
    lack is left out. A contact that was deleted is valid until that day.
    """
    known = set(parties.schema.names)
    names = [one.attribute for one in rules.rules if one.attribute in known]
    columns = ", ".join(f"{name}::varchar as {name}" for name in names)
    of_party = PARTY_VALUES.format(key=KEY, columns=columns, names=", ".join(names))
    of_contacts = CONTACT_VALUES.format(key=KEY, attribute=CONTACT_ATTRIBUTE)
    both = f"select * from ({of_party}) union all by name ({of_contacts})"
    return query(both, parties=parties, contacts=contacts, wanted=record_keys).select(VALUES.names).cast(VALUES)


def with_arrival(records: pa.Table, parties: Any, values: pa.Table, secret: str, day: str) -> pa.Table:
    """Records known on a day (ISO), with first_delivery_date and content_hash (32 hex digits).

    The hash covers all columns of the record and all its attribute values. Records hold clear values: nothing spills to
    disk, and the hash is made under the bank's secret, so that nobody can try values out on it.
    """
    tables = {"records": records, "parties": parties, "values": values, "secrets": pa.table({"secret": [secret]})}
    with connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(RECORDS.format(key=KEY, day=day)).to_arrow_table()
