"""What records say, normalised: names, contacts and identifiers of parties as columns that compare."""

import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.identity.matching.normalise import contacts
from spark_jobs.identity.matching.normalise.columns import normalised, normalised_together
from spark_jobs.identity.matching.normalise.dates import birth_date
from spark_jobs.identity.matching.normalise.names import organisation_name, person_name


def named(parties: pa.Table) -> pa.Table:
    """Parties with family_name, given_name, name, birth_date and city in place of what was written."""
    written = [parties[name] for name in ("party_type", "family", "given", "whole")]
    family, given, name = normalised_together(written, _names, 3)
    kept = parties.select(["record_key", "party_id", "party_type", "gender_code"])
    added = {
        "family_name": family,
        "given_name": given,
        "name": name,
        "birth_date": normalised(parties["born"], birth_date),
        "city": normalised(parties["place"], contacts.address),
    }
    for column, values in added.items():
        kept = kept.append_column(column, values)
    return kept


def _names(party_type: str, family: str | None, given: str | None, full: str | None) -> tuple[str | None, ...]:
    if party_type == "organisation":
        return None, None, organisation_name(full) if full else None
    family, given = person_name(family, given, full)
    return family, given, " ".join(part for part in (given, family) if part) or None


def contact_values(rows: pa.Table) -> pa.Table:
    """record_key, kind (email, phone or address), value and is_verified; what is no contact of its kind is left out."""
    kinds = (("email", ("email",)), ("phone", ("mobile", "phone")), ("address", ("postal_address",)))
    return pa.concat_tables([_of_kind(rows, kind, codes) for kind, codes in kinds])


def _of_kind(rows: pa.Table, kind: str, codes: tuple[str, ...]) -> pa.Table:
    chosen = rows.filter(pc.is_in(rows["kind"], pa.array(codes)))
    if kind == "phone":
        (values,) = normalised_together([chosen["value"], chosen["country_code"]], _phone, 1)
    else:
        values = normalised(chosen["value"], contacts.email if kind == "email" else contacts.address)
    found = pa.table({
        "record_key": chosen["record_key"],
        "kind": pa.array([kind] * chosen.num_rows, pa.string()),
        "value": values,
        "is_verified": chosen["is_verified"],
    })  # fmt: skip
    return found.filter(pc.is_valid(found["value"]))


def _phone(value: str, country: str | None) -> tuple[str | None]:
    return (contacts.phone(value, country),)


def identifier_values(rows: pa.Table) -> pa.Table:
    """record_key, kind, country and value of identifiers."""
    values = normalised(rows["value"], contacts.identifier)
    found = rows.select(["record_key", "kind", "country"]).append_column("value", values)
    return found.filter(pc.is_valid(found["value"]))
