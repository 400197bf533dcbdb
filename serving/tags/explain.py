"""One tag of one customer: its value, the rule with the customer's inputs filled in, sources, owner, and since when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from spark_jobs.catalog.problems import did_you_mean
from spark_jobs.release.history import UnknownRelease, as_of, current, list_releases, read_version
from spark_jobs.release.models import Release
from spark_jobs.settings import Settings

WORDS, CATALOGUE, FRESHNESS = "marts.customer_tag_words", "marts.tag_catalogue", "marts.freshness"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer has a value. `since` is the first business date of a release from which on the value was this."""

    customer_id: str
    tag: Mapping[str, Any]
    value: Any
    filled: str
    inputs: Mapping[str, Any]
    since: date
    release_id: str

    def lines(self) -> Iterator[str]:
        """The explanation as text, a line each."""
        tag = self.tag
        yield f"{tag['name']} ({tag['tag_id']}) of {self.customer_id}: {_shown(self.value)}"
        yield f"  means    {tag['sentence']}"
        yield f"  rule     {tag['expression']}   (version {tag['rule_version']})"
        yield f"  with     {self.filled}"
        yield from (f"  input    {name} = {_shown(value)}" for name, value in self.inputs.items())
        yield f"  from     {', '.join(tag['source_columns'])}, business date {tag['as_of_date']}"
        yield f"  since    {self.since} (release {self.release_id} and those before)"
        yield f"  owner    {tag['owner']}, steward {tag['steward']}, {tag['sensitivity']}"


def explain(settings: Settings, customer_id: str, tag_id: str, day: date | None = None) -> Explanation:
    """The tag of the customer in the release in service, or in that of a day. Raises UnknownRelease and LookupError."""
    release = as_of(settings, day) if day else current(settings)
    if release is None or CATALOGUE not in release.tables:
        raise UnknownRelease("There is no release with tags yet: `make demo` or `make run DATE=...` makes one.")
    tag = described(settings, release, tag_id)
    value = value_in(settings, release, customer_id, tag)
    inputs = _inputs(settings, release, customer_id, tag)
    since = _since(settings, release, customer_id, tag_id, value)
    filled = filled_in(tag["resolved_expression"], inputs)
    return Explanation(customer_id, tag, value, filled, inputs, since, release.release_id)


def described(settings: Settings, release: Release, tag_id: str) -> Mapping[str, Any]:
    """The tag's row of the release's catalogue. Raises LookupError."""
    rows = read_version(settings.home, release.tables[CATALOGUE])
    found = rows.to_table(filter=pc.field("tag_id") == tag_id).to_pylist()
    if not found:
        known = rows.to_table(columns=["tag_id"])["tag_id"].to_pylist()
        raise LookupError(f"Release {release.release_id} has no tag {tag_id}: {did_you_mean(tag_id, known)}")
    return found[0]


def value_in(settings: Settings, release: Release, customer_id: str, tag: Mapping[str, Any]) -> Any:
    """The tag's value for the customer in a release. Raises LookupError when the release does not know the customer."""
    stores = ["true", "known"] if tag["store"] == "true" else [tag["store"]]
    rows = read_version(settings.home, release.tables[WORDS])
    columns = [f"{tag['domain']}_{one}" for one in stores]
    found = rows.to_table(columns=columns, filter=pc.field("customer_id") == customer_id).to_pylist()
    if not found:
        raise LookupError(f"Release {release.release_id} knows no customer {customer_id}.")
    values = [found[0][name][tag["position"]] for name in columns]
    if tag["store"] != "true":
        return values[0]
    return bool(values[0] >> tag["bit"] & 1) if values[1] >> tag["bit"] & 1 else None


def history(settings: Settings, customer_id: str, tag_id: str) -> Iterator[tuple[Release, Any]]:
    """The tag's value in each active release that knows tag and customer, newest business date first."""
    known = [one for one in list_releases(settings) if one.is_active and CATALOGUE in one.tables]
    newest = {one.business_date: one for one in sorted(known, key=lambda one: one.release_number)}
    for release in sorted(newest.values(), key=lambda one: one.business_date, reverse=True):
        try:
            yield release, value_in(settings, release, customer_id, described(settings, release, tag_id))
        except LookupError:
            return


def filled_in(expression: str, inputs: Mapping[str, Any]) -> str:
    """The expression with each input replaced by its value; ranks among customers stay by name."""

    def placed(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name not in inputs:
            return node
        return exp.Var(this=_shown(inputs[node.name]))

    return sqlglot.parse_one(expression, dialect="spark").transform(placed).sql(dialect="spark")


def _inputs(settings: Settings, release: Release, customer_id: str, tag: Mapping[str, Any]) -> dict[str, Any]:
    """Value of every input, as the release's marts have it."""
    sources = dict(zip(tag["inputs"], (one.rsplit(".", 1) for one in tag["source_columns"]), strict=True))
    person = _row(settings, release, "marts.customer_360", "customer_id", customer_id)
    home = _row(settings, release, "marts.household_360", "household_id", person.get("household_id"))
    rows = {"marts.customer_360": person, "marts.household_360": home}
    return {name: rows[table].get(column) for name, (table, column) in sources.items()}


def _row(settings: Settings, release: Release, table: str, key: str, value: Any) -> dict[str, Any]:
    if value is None or table not in release.tables:
        return {}
    rows = read_version(settings.home, release.tables[table]).to_table(filter=pc.field(key) == value).to_pylist()
    return rows[0] if rows else {}


def _since(settings: Settings, release: Release, customer_id: str, tag_id: str, value: Any) -> date:
    since = release.business_date
    for earlier, was in history(settings, customer_id, tag_id):
        if earlier.business_date <= release.business_date:
            if was != value:
                break
            since = earlier.business_date
    return since


def _shown(value: Any) -> str:
    return "unknown" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
