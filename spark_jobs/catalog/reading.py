"""Data of a YAML document as typed models; every field that is unknown or of the wrong type is a problem."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from spark_jobs.catalog.documents import Document, Place
from spark_jobs.catalog.problems import Problem, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


def read_model(document: Document, place: Place, model: type[Model]) -> Model:
    """The data at this place as a model. Fields in error are problems, and take their defaults."""
    data = document.get(place)
    document.problems.extend(_field_problems(document, place, data, model))
    return _validated(document, {(): place}, data, model)


def read_custom(document: Document, place: Place, model: type[Model]) -> Model:
    """The customProperties at this place as one model, with the same duties as `read_model`."""
    data: dict[str, Any] = {}
    roots: dict[Place, Place] = {(): place}
    properties = document.get((*place, "customProperties"))
    for position, one in enumerate(properties if isinstance(properties, list) else ()):
        if not isinstance(one, Mapping) or "property" not in one:
            continue
        name, here = str(one["property"]), (*place, "customProperties", position)
        if name not in _fields(model):
            way_out = did_you_mean(name, _fields(model))
            document.problems.append(document.problem(here, "unknown_field", f"unknown property {name}", way_out))
            continue
        data[name], roots[(name,)] = one.get("value"), (*here, "value")
        below = _fields(model)[name]
        if below:
            document.problems.extend(_field_problems(document, roots[(name,)], data[name], below))
    document.problems.extend(_missing_fields(document, place, data, model))
    return _validated(document, roots, data, model)


def _validated(document: Document, roots: Mapping[Place, Place], data: Any, model: type[Model]) -> Model:
    data, reported = _known(data, model), set[Place]()
    stand_ins: tuple[Any, ...] = ("", {})
    for stand_in in stand_ins:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            wrong = _deepest({_found(data, one["loc"]): one for one in reversed(error.errors(include_url=False))})
            data = deepcopy(data)
            for found, one in wrong.items():
                if found not in reported:
                    document.problems.append(_type_problem(document, _rooted(roots, found), found, one))
                _prune(data, found, stand_in)
            reported |= wrong.keys()
    try:
        return model.model_validate(data)
    except ValidationError:
        return model()


def _deepest(wrong: dict[Place, Any]) -> dict[Place, Any]:
    """Without those around another: where a value may be of several kinds, each kind complains at its own depth."""
    around = {place[:length] for place in wrong for length in range(len(place))}
    return {place: one for place, one in wrong.items() if place not in around}


def _rooted(roots: Mapping[Place, Place], found: Place) -> Place:
    root = roots.get(found[:1])
    return (*root, *found[1:]) if root is not None else (*roots[()], *found)


def _type_problem(document: Document, place: Place, field: Place, error: Mapping[str, Any]) -> Problem:
    name = next((str(step) for step in reversed(field) if isinstance(step, str)), "file")
    message = f"{name}: {str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"
    given = error.get("input")
    is_plain = isinstance(given, str | int | float | bool) or given is None
    shown = f"{given!r} was given" if is_plain else f"a {type(given).__name__} was given"
    return document.problem(place, "bad_value", message, shown)


def _found(data: Any, loc: tuple[int | str, ...]) -> Place:
    """The part of pydantic's location that exists in the data: names of union members are left out."""
    found: list[str | int] = []
    for step in loc:
        if isinstance(step, int) if isinstance(data, list) else isinstance(data, dict) and step in data:
            data = data[step]
            found.append(step)
    return tuple(found)


def _prune(data: Any, place: tuple[Any, ...], stand_in: Any) -> None:
    """Take the field at this place out, or put the stand-in where it is one of a list."""
    for step in place[:-1]:
        data = data[step]
    if place and isinstance(data, dict):
        data.pop(place[-1], None)
    elif place and isinstance(data, list):
        data[int(place[-1])] = stand_in


def _field_problems(document: Document, place: Place, data: Any, model: type[BaseModel]) -> Iterator[Problem]:
    """Fields that the model does not know, or must have, at this place and below."""
    if isinstance(data, list):
        for position, one in enumerate(data):
            yield from _field_problems(document, (*place, position), one, model)
    if not isinstance(data, Mapping):
        return
    yield from _missing_fields(document, place, data, model)
    fields = _fields(model)
    for key, value in data.items():
        here = (*place, key)
        if key not in fields:
            yield document.problem(here, "unknown_field", f"unknown field {key}", did_you_mean(key, fields))
        elif below := fields[key]:
            yield from _field_problems(document, here, value, below)


def _missing_fields(
    document: Document, place: Place, data: Mapping[str, Any], model: type[BaseModel]
) -> Iterator[Problem]:
    for name in _compulsory(model):
        if data.get(name) is None:
            yield document.problem(place, "missing_field", f"{name} is missing", f"add {name} here")


@cache
def _compulsory(model: type[BaseModel]) -> tuple[str, ...]:
    extras = {name: info.json_schema_extra for name, info in model.model_fields.items()}
    return tuple(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("compulsory"))


def _known(data: Any, model: type[BaseModel]) -> Any:
    if isinstance(data, list):
        return [_known(one, model) for one in data]
    if not isinstance(data, Mapping):
        return data
    fields = _fields(model)
    return {
        key: _known(value, fields[key]) if fields[key] else value  # type: ignore[arg-type]
        for key, value in data.items()
        if key in fields
    }


@cache
def _fields(model: type[BaseModel]) -> Mapping[str, type[BaseModel] | None]:
    """Names a model's data may hold, with the model of what stands below each."""
    return {info.alias or name: _model_in(info.annotation) for name, info in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)
