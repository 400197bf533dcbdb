"""A tag's expression over inputs and percentiles only: shared functions, percentiles and other tags put in place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from dbt_project.tags.functions import expanded, known_functions
from dbt_project.tags.inputs import Input, Percentile
from dbt_project.tags.models import Tag
from spark_jobs.catalog.expressions import Finding, parse
from spark_jobs.catalog.problems import did_you_mean

ALLOWED = (
    exp.And, exp.Or, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Abs, exp.Floor, exp.Ceil, exp.Round, exp.Exp,
    exp.Ln, exp.Sqrt, exp.Sign, exp.Least, exp.Greatest, exp.DateDiff, exp.Year, exp.Month, exp.Day, exp.Upper,
    exp.Lower, exp.TsOrDsToDate, exp.Cast,
)  # fmt: skip
"""What gives the same in Spark and DuckDB."""
PERCENTILES = ("percentile_overall", "percentile_within")


class UnfitExpressionError(ValueError):
    """An expression that cannot be evaluated; holds what is wrong."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(slots=True)
class Resolver:
    """Resolves tags against the inputs and each other; remembers what it resolved."""

    inputs: Mapping[str, Input]
    tags: Mapping[str, Tag]
    percentiles: dict[str, Percentile] = field(default_factory=dict)
    _known: dict[str, exp.Expr] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)

    def resolved(self, tag: Tag) -> exp.Expr:
        """The tag's expression over inputs and percentiles. Raises UnfitExpressionError."""
        if tag.tag_id in self._path:
            cycle = " -> ".join([*self._path[self._path.index(tag.tag_id) :], tag.tag_id])
            raise UnfitExpressionError(Finding("cycle", f"tags are made of each other: {cycle}", "break the circle"))
        if tag.tag_id not in self._known:
            self._path.append(tag.tag_id)
            try:
                self._known[tag.tag_id] = self._resolve(tag.expression)
            finally:
                self._path.pop()
        return self._known[tag.tag_id]

    def _resolve(self, expression: str) -> exp.Expr:
        try:
            tree = expanded(parse(expression)).transform(self._percentile, copy=False)
        except UnfitExpressionError:
            raise
        except ValueError as error:
            way_out = "write a Spark SQL expression"
            raise UnfitExpressionError(Finding("bad_expression", f"`{expression}`: {error}", way_out)) from error
        for finding in _forbidden(tree, expression):
            raise UnfitExpressionError(finding)
        return tree.transform(self._column, copy=False)

    def _percentile(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Anonymous) or node.name.lower() not in PERCENTILES:
            return node
        names = [one.name if isinstance(one, exp.Column) else "" for one in node.expressions]
        wanted = 1 + PERCENTILES.index(node.name.lower())
        if len(names) != wanted or any(name not in self.inputs for name in names):
            text = f"`{node.sql(dialect='spark')}` does not name {wanted} input(s)"
            raise UnfitExpressionError(
                Finding(
                    "bad_percentile", text, "write percentile_within(measure, group) or percentile_overall(measure)"
                )
            )
        one = Percentile(names[0], names[1] if wanted == 2 else None)
        self.percentiles[one.name] = one
        return exp.column(one.name)

    def _column(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name in self.inputs or node.name in self.percentiles:
            return node
        if node.name in self.tags:
            return exp.Paren(this=self.resolved(self.tags[node.name]).copy())
        way_out = did_you_mean(node.name, [*self.inputs, *self.tags])
        raise UnfitExpressionError(Finding("unknown_input", f"{node.name} is no input and no tag", way_out))


def _forbidden(tree: exp.Expr, expression: str) -> Iterator[Finding]:
    for node in tree.walk():
        if isinstance(node, exp.Anonymous) or (isinstance(node, exp.Func) and not isinstance(node, ALLOWED)):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
            known = [*known_functions(), *PERCENTILES, *(one.sql_name().lower() for one in ALLOWED)]
            yield Finding("unknown_function", f"`{expression}` calls {name}", did_you_mean(name, known))
        elif isinstance(node, exp.Query | exp.Window):
            yield Finding("bad_expression", f"`{expression}` looks at other customers", "use percentile_within(...)")
        elif isinstance(node, exp.Div) and not isinstance(node.expression.unnest(), exp.Literal | exp.Nullif | exp.Add):
            yield Finding("division", f"`{expression}` may divide by zero", "write share(part, whole)")
