"""The tag catalogue of a release as one static page: search, domains, and a picture of each tag's values."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from spark_jobs.release.history import UnknownRelease, current, read_version
from spark_jobs.release.models import Release
from spark_jobs.settings import Settings

TEMPLATE = Path(__file__).with_name("catalogue.html")
WIDTH, BAR_HEIGHT, MOST_BARS = 220, 12, 12
FACTS = {
    "Rule": "expression", "Made of": "source_columns", "Family": "family", "Owner": "owner", "Steward": "steward",
    "Sensitivity": "sensitivity", "Lifecycle": "lifecycle", "Rule version": "rule_version",
}  # fmt: skip


def write_page(settings: Settings, file: Path | None = None) -> Path:
    """Write the page of the release in service; returns its file. Raises UnknownRelease."""
    release = current(settings)
    if release is None or "marts.tag_catalogue" not in release.tables:
        raise UnknownRelease("There is no release with tags yet: `make demo` or `make run DATE=...` makes one.")
    rows = read_version(settings.home, release.tables["marts.tag_catalogue"]).to_table().to_pylist()
    target = file or settings.home / "tag_catalogue" / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(rows, release), encoding="utf-8")
    return target


def page(rows: Iterable[Mapping[str, Any]], release: Release) -> str:
    """The page as HTML that needs no server and no other file."""
    tags = sorted(rows, key=lambda one: (one["domain"], one["tag_id"]))
    domains = sorted({one["domain"] for one in tags})
    options = "".join(f'<option value="{escape(one)}">{escape(_words(one))}</option>' for one in domains)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        release=escape(release.release_id), day=release.business_date, count=f"{len(tags):,}", domains=options,
        tags="\n".join(map(_tag, tags)),
    )  # fmt: skip


def _tag(tag: Mapping[str, Any]) -> str:
    facts = "".join(f"<dt>{name}</dt><dd>{_fact(tag[column])}</dd>" for name, column in FACTS.items())
    drift = f", drift {tag['drift']:.3f}" if tag["drift"] is not None else ""
    text = escape(f"{tag['tag_id']} {tag['name']} {tag['sentence']}".lower(), quote=True)
    return (
        f'<details class="tag" data-domain="{escape(tag["domain"])}" data-text="{text}">'
        f"<summary><b>{escape(tag['name'])}</b> <code>{escape(tag['tag_id'])}</code>"
        f'<span class="kind">{escape(_words(tag["domain"]))} · {escape(tag["value_type"])} · {_headline(tag)}</span>'
        f"</summary><p>{escape(tag['sentence'])}</p>{picture(tag['distribution'])}"
        f"<p class=kind>Known for {_percent(tag['coverage_rate'])} of {tag['customers_count']:,} customers{drift}</p>"
        f"<dl>{facts}</dl></details>"
    )


def picture(distribution: str) -> str:
    """Shares of the values as bars, as SVG."""
    shares = sorted(json.loads(distribution)["shares"].items(), key=lambda one: one[0] == "unknown")[:MOST_BARS]
    bars = []
    for row, (label, share) in enumerate(shares):
        top = row * (BAR_HEIGHT + 4)
        bars.append(
            f'<text x="0" y="{top + 10}">{escape(label[:22])}</text>'
            f'<rect x="150" y="{top}" width="{max(share * WIDTH, 0.5):.1f}" height="{BAR_HEIGHT}"/>'
            f'<text x="{155 + share * WIDTH:.1f}" y="{top + 10}">{_percent(share)}</text>'
        )
    height = len(shares) * (BAR_HEIGHT + 4)
    return f'<svg role="img" aria-label="Values" width="440" height="{height}">{"".join(bars)}</svg>'


def _headline(tag: Mapping[str, Any]) -> str:
    if tag["true_rate"] is not None:
        return f"{_percent(tag['true_rate'])} of the customers"
    return f"known for {_percent(tag['coverage_rate'])}"


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(f"<code>{escape(str(one))}</code>" for one in value)
    return escape("" if value is None else str(value))


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"


def _words(name: str) -> str:
    return name.replace("_", " ")
