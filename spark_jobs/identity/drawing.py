"""Explanations as pictures that fetch nothing: a pair as an SVG waterfall, a customer as a Mermaid graph."""

from collections.abc import Iterator
from itertools import accumulate
from xml.sax.saxutils import escape

from spark_jobs.identity.explain import Cluster, Explanation

LABELS, PLOT, RIGHT, ROW = 300, 360, 140, 26
"""Widths of the label column, of the bars and of what stands right of them, and the height of a row, in pixels."""
UP, DOWN, SUM = "#2f7d5b", "#b5483a", "#44546a"
STYLE = "text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.axis{stroke:#999}"


def waterfall_svg(explained: Explanation) -> str:
    """A standalone SVG: a bar per weight that starts where the last one ended, and the final weight."""
    ends = list(accumulate(one.weight for one in explained.weights))
    starts = [0.0, *ends[:-1]]
    low, high = min(0.0, *ends), max(0.0, *ends)
    scale = PLOT / ((high - low) or 1)
    height = ROW * (len(ends) + 4)

    def across(weight: float) -> float:
        return round(LABELS + (weight - low) * scale, 1)

    rows = [
        _bar(
            place,
            f"{one.name}: {one.level}",
            (across(start), across(end)),
            (one.weight, UP if one.weight >= 0 else DOWN),
        )
        for place, (one, start, end) in enumerate(zip(explained.weights, starts, ends, strict=True), 2)
    ]
    final = _bar(
        len(ends) + 2, f"together: {explained.probability:.6f}", (across(0), across(ends[-1])), (ends[-1], SUM)
    )
    title = f"{explained.left_key} and {explained.right_key}: {explained.verdict}, score {explained.score:.6f}"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABELS + PLOT + RIGHT}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="{ROW - 8}">{escape(title)}</text>',
        f'<text x="8" y="{2 * ROW - 8}">model {escape(explained.model_version)}; weights are log2 odds</text>',
        f'<line class="axis" x1="{across(0)}" x2="{across(0)}" y1="{2 * ROW}" y2="{height - ROW}"/>',
        *rows,
        final,
        "</svg>\n",
    ])  # fmt: skip


def _bar(place: int, label: str, span: tuple[float, float], weight: tuple[float, str]) -> str:
    top, (left, right) = place * ROW, sorted(span)
    value, colour = weight
    return (
        f'<text x="8" y="{top + 17}">{escape(label)}</text>'
        f'<rect x="{left}" y="{top + 4}" width="{round(max(right - left, 1), 1)}" height="{ROW - 8}" fill="{colour}"/>'
        f'<text x="{right + 6}" y="{top + 17}">{value:+.2f}</text>'
    )


def cluster_mermaid(cluster: Cluster) -> str:
    """A Mermaid graph: a node per record, a line per link, a dotted one per edge that does not count."""
    return (
        "\n".join(["graph LR", f"    subgraph {cluster.customer_id}", *_nodes(cluster), "    end", *_lines(cluster)])
        + "\n"
    )


def _nodes(cluster: Cluster) -> Iterator[str]:
    for place, key in enumerate(cluster.record_keys):
        yield f'        r{place}["{_quoted(key)}"]'


def _lines(cluster: Cluster) -> Iterator[str]:
    places = {key: f"r{place}" for place, key in enumerate(cluster.record_keys)}
    for one in cluster.bonds.to_pylist():
        reason = one["reason"] if one["score"] is None or one["reason"] != "score" else f"score {one['score']:.4f}"
        line = "---" if one["is_link"] else "-.-"
        yield f'    {places[one["left_key"]]} {line}|"{_quoted(reason)}"| {places[one["right_key"]]}'


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
