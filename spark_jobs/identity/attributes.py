"""What the records of parties say, as tokens and silver values, for survivorship."""

from typing import Any

import pyarrow as pa

from spark_jobs.identity.matching.table import connect
from spark_jobs.identity.silver import register
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


def attribute_values(parties: Any, contacts: Any, rules: Rules, record_keys: pa.Table) -> pa.Table:
    """One row per record, attribute and value, with the columns of VALUES: what survivorship chooses from.

    `parties` and `contacts` are tables of silver (see `register`), `record_keys` has the wanted record_key. An
    attribute that parties lack is left out. A contact that was deleted is valid until that day.
    """
    known = set(parties.schema.names)
    names = [one.attribute for one in rules.rules if one.attribute in known]
    columns = ", ".join(f"{name}::varchar as {name}" for name in names)
    of_party = PARTY_VALUES.format(key=KEY, columns=columns, names=", ".join(names))
    of_contacts = CONTACT_VALUES.format(key=KEY, attribute=CONTACT_ATTRIBUTE)
    both = f"select * from ({of_party}) union all by name ({of_contacts})"
    with connect() as connection:
        register(connection, {"parties": parties, "contacts": contacts, "wanted": record_keys})
        return connection.sql(both).to_arrow_table().select(VALUES.names).cast(VALUES)
