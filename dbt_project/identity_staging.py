"""Staging over the tables that identity keeps: which customer a party is a record of, and what is known of customers.

Until identity has run, every party is a customer of its own.
"""

from collections.abc import Collection, Mapping

COLUMNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "customer_records": {
        "record_key": ("string", "Source record, `source_system|party_id`"),
        "source_system": ("string", "System that delivered the record"),
        "party_id": ("string", "Party that the record describes"),
        "customer_id": ("string", "Customer whom the record belongs to"),
        "is_primary": ("boolean", "Whether it is the one record that speaks for the customer"),
    },
    "customer_ids": {
        "customer_id": ("string", "Customer id, ever issued"),
        "current_customer_id": ("string", "Customer it means now; NULL when it is retired"),
        "moved_date": ("date", "Business date on which a record last joined it after its founding, or left it"),
    },
    "golden_attributes": {
        "customer_id": ("string", "Customer"),
        "attribute": ("string", "Column of silver.parties"),
        "value": ("string", "The golden value, as text"),
    },
    "households": {
        "household_id": ("string", "Household"),
        "head_customer_id": ("string", "Customer who stands for the household"),
        "kind": ("string", "family, shared_address or single"),
    },
    "household_members": {
        "household_id": ("string", "Household"),
        "customer_id": ("string", "Customer who belongs to it"),
        "role": ("string", "What the customer is to the head: head, spouse, child, ..."),
        "is_primary_household": ("boolean", "Whether it is the one household that the customer is counted in"),
    },
}
"""Table of schema identity -> column that staging offers to the marts -> (type, meaning)."""

UNRESOLVED: Mapping[str, str] = {
    "customer_records": "concat(source_system, '|', party_id) as record_key, source_system, party_id, "
    "party_id as customer_id, true as is_primary",
    "households": "party_id as household_id, party_id as head_customer_id, 'single' as kind",
    "household_members": "party_id as household_id, party_id as customer_id, 'head' as role, "
    "true as is_primary_household",
}
"""What stands for a table before identity has run: every party is a customer and a household of its own."""


def identity_models(built: Collection[str]) -> dict[str, str]:
    """File name -> SQL of each staging model; `built` are the tables of schema identity that there are."""
    return {f"stg_identity__{table}.sql": _model(table, table in built) for table in COLUMNS}


def _model(table: str, is_built: bool) -> str:
    if is_built:
        listed = ",\n".join(f"    {name}" for name in COLUMNS[table])
        return f"select\n{listed}\nfrom {{{{ source('identity', '{table}') }}}}\n"
    if table in UNRESOLVED:
        chosen = f"select distinct {UNRESOLVED[table]}"
        return f"-- identity has not run\n{chosen}\nfrom {{{{ ref('stg_silver__parties') }}}}\n"
    nothing = ",\n".join(f"    cast(null as {type_}) as {name}" for name, (type_, _) in COLUMNS[table].items())
    return f"-- identity has not run\nselect\n{nothing}\nwhere false\n"
