"""Great Expectations' Data Docs as files under <home>/data_docs, without a context or stores that grow with history."""

import json
import shutil
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from expectations.results import GateRun
from expectations.validation import TableResult

KEPT_RUNS = 20
"""Pages of a table that are kept; the whole history is in governance.quality_results."""
TALLY = "tally.json"
"""Beside each page: what its line of the index says."""
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .3rem .8rem .3rem 0 }
tr { border-bottom: 1px solid #dde3e9 } .passed { color: #1a7f4b } .warning { color: #a86400 }
.critical { color: #b3261e; font-weight: 600 }
"""


def write_data_docs(home: Path, run: GateRun, results: Iterable[TableResult]) -> Path:
    """One page a table and run, and an index over all of them; returns the index."""
    root = home / "data_docs"
    for result in results:
        page = (
            root / "validations" / run.layer / result.suite.table / str(run.business_date) / run.run_id / "result.html"
        )
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_page(run, result), encoding="utf-8")
        page.with_name(TALLY).write_text(json.dumps(_tally(result)), encoding="utf-8")
        _forget_old(page.parents[2])
    return _write_index(root)


def _tally(result: TableResult) -> dict[str, int]:
    """Expectations of a table that were evaluated, and those that failed by severity."""
    failed = [one.definition.severity for one in result.outcomes if not one.success]
    return {"total": len(result.outcomes), "critical": failed.count("critical"), "failed": len(failed)}


def _page(run: GateRun, result: TableResult) -> str:
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    good = sum(one.success for one in result.outcomes)
    total = len(result.outcomes)
    validation = ExpectationSuiteValidationResult(
        success=good == total,
        results=result.native or [],
        suite_name=f"{run.layer}.{result.suite.table}",
        statistics={
            "evaluated_expectations": total,
            "successful_expectations": good,
            "unsuccessful_expectations": total - good,
            "success_percent": 100.0 * good / total if total else None,
        },
        meta={
            "run_id": {"run_name": run.run_id, "run_time": f"{run.business_date}T00:00:00+00:00"},
            "validation_time": f"{run.business_date:%Y%m%d}T000000.000000Z",
            "great_expectations_version": __version__,
            "batch_spec": {},
            "batch_markers": {},
            "active_batch_definition": {},
        },
    )
    return _page_view().render(ValidationResultsPageRenderer().render(validation))


@cache
def _page_view() -> Any:
    """One view for all pages: it compiles its templates once."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _forget_old(table: Path) -> None:
    pages = sorted(table.glob("*/*/result.html"), key=lambda page: (page.parents[1].name, page.stat().st_mtime))
    for page in pages[:-KEPT_RUNS]:
        shutil.rmtree(page.parent)


def _write_index(root: Path) -> Path:
    pages = sorted((root / "validations").glob("*/*/*/*/result.html"), key=_order, reverse=True)
    items = "\n".join(_item(root, page) for page in pages)
    index = root / "index.html"
    index.write_text(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Quality gates</title>"
        f"<style>{STYLE}</style></head><body><h1>Quality gates</h1>"
        "<p>Newest first; every result since the first run is in governance.quality_results.</p>"
        f"<table><tr><th>date</th><th>layer</th><th>table</th><th>result</th><th>run</th></tr>\n{items}\n</table>"
        "</body></html>\n",
        encoding="utf-8",
    )
    return index


def _order(page: Path) -> tuple[str, str, str]:
    _, layer, table, day, _, _ = page.parts[-6:]
    return (day, layer, table)


def _item(root: Path, page: Path) -> str:
    _, layer, table, day, run_id, _ = page.parts[-6:]
    link = page.relative_to(root).as_posix()
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in (day, layer))
    kind, told = _told(page.with_name(TALLY))
    return (
        f"<tr>{cells}<td><a href='{escape(link)}'>{escape(table)}</a></td>"
        f"<td class='{kind}'>{told}</td><td>{escape(run_id)}</td></tr>"
    )


def _told(file: Path) -> tuple[str, str]:
    """Kind and words of a page's result; a page of an earlier version has none."""
    if not file.exists():
        return "", ""
    tally = json.loads(file.read_text(encoding="utf-8"))
    kind = "critical" if tally["critical"] else "warning" if tally["failed"] else "passed"
    return kind, f"{tally['failed']} of {tally['total']} failed" if tally["failed"] else f"{tally['total']} passed"
