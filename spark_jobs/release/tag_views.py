"""Views that unpack the packed words of tags: one long, one wide a domain, beside the other views of a release."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from spark_jobs.release.history import read_version
from spark_jobs.release.models import Release
from spark_jobs.settings import Settings

WORDS, CATALOGUE = "customer_tag_words", "tag_catalogue"
LONG_VIEW, WIDE_PREFIX = "customer_tags", "tags_"
COLUMNS = ["tag_id", "domain", "name", "store", "position", "bit"]
LONG_COLUMNS = {
    "customer_id": "Customer, as identity issued the id",
    "tag_id": "Tag, as tag_catalogue describes it",
    "domain": "Domain of the tag",
    "value_type": "boolean, category, number, score or date",
    "is_true": "Value of a boolean tag",
    "number_value": "Value of a number or score",
    "text_value": "Value of a category",
    "date_value": "Value of a date",
    "value": "The value as text, whatever its type; NULL when unknown",
    "as_of_date": "Business date of the value",
}


def tag_views(settings: Settings, release: Release, schema: str) -> dict[str, str]:
    """View name -> statement, over the views of the same schema; empty where the release has no tags."""
    tables = {table.view_name: table for table in release.tables.values()}
    if WORDS not in tables or CATALOGUE not in tables:
        return {}
    rows = read_version(settings.home, tables[CATALOGUE]).to_table(columns=COLUMNS).to_pylist()
    by_domain = groupby(sorted(rows, key=lambda one: (one["domain"], one["tag_id"])), key=lambda one: one["domain"])
    wide = {f"{WIDE_PREFIX}{domain}": wide_view(schema, domain, list(tags)) for domain, tags in by_domain}
    return {LONG_VIEW: long_view(schema, rows), **wide}


def long_view(schema: str, tags: Iterable[Mapping[str, Any]]) -> str:
    """One row per customer and tag. Asked for one customer or one tag it reads one row of the other side."""
    stores: dict[str, list[str]] = {}
    for tag in tags:
        stores.setdefault(tag["store"], [])
        if tag["domain"] not in stores[tag["store"]]:
            stores[tag["store"]].append(tag["domain"])
    true, known = (_element(stores.get("true", []), name, "bigint") for name in ("true", "known"))
    number = _element(stores.get("numbers", []), "numbers", "double")
    text = _element(stores.get("texts", []), "texts", "string")
    day = _element(stores.get("dates", []), "dates", "date")
    columns = ", ".join(f"`{name}` comment {_literal(told)}" for name, told in LONG_COLUMNS.items())
    return (
        f"create or replace view {schema}.{LONG_VIEW} ({columns}) "
        f"comment 'One row per customer and tag: the value of the tag' as "
        f"select customer_id, tag_id, domain, value_type, is_true, number_value, text_value, date_value, "
        f"coalesce(cast(is_true as string), cast(number_value as string), text_value, cast(date_value as string)) "
        f"as value, as_of_date from (select words.customer_id, tag.tag_id, tag.domain, tag.value_type, "
        f"case when tag.store = 'true' and shiftright({known}, tag.bit) & 1 = 1 "
        f"then shiftright({true}, tag.bit) & 1 = 1 end as is_true, "
        f"case when tag.store = 'numbers' then {number} end as number_value, "
        f"case when tag.store = 'texts' then {text} end as text_value, "
        f"case when tag.store = 'dates' then {day} end as date_value, "
        f"words.as_of_date from {schema}.{WORDS} as words cross join {schema}.{CATALOGUE} as tag)"
    )


def wide_view(schema: str, domain: str, tags: list[Mapping[str, Any]]) -> str:
    """One row per customer, one column a tag of the domain, named after the tag.

    The text is kept short: an embedded metastore holds 32,700 characters of a view.
    """
    columns = ", ".join(f"`{tag['tag_id']}` comment {_literal(tag['name'])}" for tag in tags)
    values = ",".join(f"{_unpacked(tag)} c{number}" for number, tag in enumerate(tags))
    stores = sorted(
        {tag["store"] for tag in tags} | ({"known"} if any(tag["store"] == "true" for tag in tags) else set())
    )
    words = ", ".join(f"{domain}_{store} as {store}_" for store in stores)
    return (
        f"create or replace view {schema}.{WIDE_PREFIX}{domain} (customer_id, {columns}, as_of_date) "
        f"comment 'One row per customer: tags of domain {domain}' as "
        f"select customer_id,{values},as_of_date from (select customer_id, {words}, as_of_date from {schema}.{WORDS})"
    )


def _unpacked(tag: Mapping[str, Any]) -> str:
    place, bit = f"_[{tag['position']}]", tag["bit"]
    if tag["store"] != "true":
        return f"{tag['store']}{place}"
    return f"if(getbit(known{place},{bit})=1,getbit(true{place},{bit})=1,null)"


def _element(domains: list[str], store: str, kind: str) -> str:
    """Element `tag.position` of the column of the tag's domain."""
    if not domains:
        return f"cast(null as {kind})"
    cases = " ".join(f"when '{one}' then words.{one}_{store}" for one in sorted(domains))
    return f"get(case tag.domain {cases} end, tag.position)"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
