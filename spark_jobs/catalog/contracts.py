"""One contract file as a `Source` or an `Entity`, with what is wrong in the file alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject
from open_data_contract_standard.model import Server as StandardServer

from spark_jobs.catalog.blocks import EntityBlock, FeedBlock, LoadBlock, ServerBlock, SourceBlock
from spark_jobs.catalog.columns import Columns, PlacedRule, read_columns, read_rules
from spark_jobs.catalog.documents import Document, read_document
from spark_jobs.catalog.models import Column, ControlFile, Entity, Feed, Load, Server, Source, Unpivot
from spark_jobs.catalog.problems import Problem
from spark_jobs.catalog.reading import read_custom, read_model

SERVER_FIELDS = set(ServerBlock.model_fields) - {"header", "null_values"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition as far as it could be read, and the document it came from."""

    document: Document
    definition: Source | Entity | None
    rules: tuple[PlacedRule, ...] = ()
    """The definition's rules with the places that state them."""


def read_source(file: Path, system: str) -> Draft:
    """The source of one file; None where the file is too broken to be one."""
    document, standard, columns = _read_contract(file, f"{system}/{file.stem}")
    if standard is None:
        return Draft(document, None)
    block = read_custom(document, (), SourceBlock)
    source = Source(
        system=system,
        table=file.stem,
        columns=columns.columns,
        load=_load(block.load, columns.columns),
        feeds=tuple(_feeds(document, block.feeds)),
        servers=tuple(_servers(document, standard.servers or [])),
        parameters={name: _sql(value) for name, value in block.parameters.items()},
        is_external=block.external,
        **_common(file, standard, columns),
    )
    return Draft(document, source, columns.rules)


def read_entity(file: Path) -> Draft:
    """The entity of one file; None where the file is too broken to be one."""
    document, standard, columns = _read_contract(file, file.stem)
    if standard is None:
        return Draft(document, None)
    block = read_custom(document, (), EntityBlock)
    entity = Entity(
        name=file.stem,
        columns=columns.columns,
        history=block.history,
        partition_by=tuple(block.partition_by),
        **_common(file, standard, columns),
    )
    return Draft(document, entity, columns.rules)


def _read_contract(file: Path, identity: str) -> tuple[Document, OpenDataContractStandard | None, Columns]:
    document = read_document(file)
    nothing = Columns((), ())
    if not isinstance(document.data, Mapping):
        return document, None, nothing
    standard = read_model(document, (), OpenDataContractStandard)
    document.problems.extend(_contract_problems(document, standard, identity))
    schema = _schema(standard)
    if schema is None:
        return document, standard, nothing
    columns = read_columns(document, schema.properties or [])
    table_rules = tuple(read_rules(document, ("schema", 0), schema))
    return document, standard, Columns(columns.columns, (*columns.rules, *table_rules))


def _common(file: Path, standard: OpenDataContractStandard, columns: Columns) -> dict[str, Any]:
    return {
        "version": standard.version or "",
        "owner": getattr(standard.team, "name", None) or "",
        "description": (standard.description.purpose if standard.description else None) or "",
        "rules": tuple(rule for rule, _ in columns.rules),
        "file": file,
    }


def _contract_problems(document: Document, standard: OpenDataContractStandard, identity: str) -> Iterator[Problem]:
    compulsory = {
        "apiVersion": (standard.apiVersion, "add `apiVersion: v3.1.0`"),
        "kind": (standard.kind == "DataContract" or None, "add `kind: DataContract`"),
        "version": (standard.version, "add `version: 1.0.0`"),
        "description.purpose": (standard.description and standard.description.purpose, "say `One row per ...`"),
        "team.name": (getattr(standard.team, "name", None), "name the team that owns the definition"),
        "schema": (_schema(standard), "add one table under schema"),
    }
    for name, (value, way_out) in compulsory.items():
        if not value:
            yield document.problem(tuple(name.split(".")), "missing_field", f"{name} is missing", way_out)
    if standard.id != identity:
        message = f"id is {standard.id}, the path says {identity}"
        yield document.problem(("id",), "identity", message, "set id to the path")
    schema = _schema(standard)
    if schema and schema.name not in (None, identity.rsplit("/", 1)[-1]):
        message = f"schema is named {schema.name}, the path says {identity}"
        yield document.problem(("schema", 0, "name"), "identity", message, "name it as the file")
    if len(standard.schema_ or ()) > 1:
        yield document.problem(("schema", 1), "identity", "more than one table in a file", "one file, one table")


def _schema(standard: OpenDataContractStandard) -> SchemaObject | None:
    return standard.schema_[0] if standard.schema_ else None


def _load(block: LoadBlock, columns: tuple[Column, ...]) -> Load:
    natural_key = [column.name for column in columns if column.is_key]
    control = block.control
    return Load(
        mode=block.mode,
        key=tuple(natural_key if block.key is None else block.key),
        order_by=tuple(block.order_by),
        operation_column=block.operation_column,
        delete_values=tuple(block.delete_values),
        shrink_limit_percent=block.shrink_limit_percent,
        is_required=block.requirement == "required",
        calendar=block.calendar,
        cut_off=block.cut_off,
        on_missing=block.on_missing,
        drift=dict(block.drift),  # type: ignore[arg-type]
        control=ControlFile(control.path, control.row_count, control.amount_sum, control.amount_column)
        if control
        else None,
    )


def _feeds(document: Document, blocks: list[FeedBlock]) -> Iterator[Feed]:
    place = document.custom((), "feeds")
    for position, block in enumerate(blocks):
        unpivot = block.unpivot
        yield Feed(
            entity=block.entity,
            columns={name: _sql(value) for name, value in block.columns.items()},
            where=block.where,
            unpivot=Unpivot(tuple(unpivot.keep), unpivot.name, unpivot.value) if unpivot else None,
            explode=block.explode,
            transform=block.transform,
            adds=block.adds,
            line=document.mark((*place, position))[0],
        )


def _servers(document: Document, servers: list[StandardServer]) -> Iterator[Server]:
    for position, one in enumerate(servers):
        block = read_custom(document, ("servers", position), ServerBlock)
        options = {name: _option(value) for name in SERVER_FIELDS if (value := getattr(block, name)) is not None}
        yield Server(
            environment=one.environment or one.server or "",
            format=one.format or ("jdbc" if one.type in {"postgres", "postgresql"} else ""),
            path=one.path or "",
            delimiter=one.delimiter or ",",
            encoding=one.encoding or "utf-8",
            has_header=block.header,
            null_values=tuple(block.null_values),
            options=dict(sorted(options.items())),
        )


def _option(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else _sql(value)


def _sql(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
