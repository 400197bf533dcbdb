"""Whatever stands in a definition, the answer is a list of problems and never a crash."""

from typing import Any

import pytest
import yaml

from spark_jobs.catalog.documents import Place, read_document
from spark_jobs.catalog.loading import load_catalog
from spark_jobs.catalog.problems import DefinitionErrors
from tests.unit.catalog.samples import FILES, write_tree

ODD_VALUES: list[Any] = [None, 3, True, "odd", [None], {"odd": 1}, [{"odd": [1]}]]


@pytest.mark.parametrize("name", FILES)
def test_an_odd_value_in_any_place_is_a_list_of_problems(tmp_path, name):
    """One odd value a place, another at the next: every one of them comes to every kind of field."""
    document = read_document(write_tree(tmp_path) / name)
    places = [place for place in document.marks if place]
    assert len(places) > 10
    for number, place in enumerate(places):
        odd = ODD_VALUES[number % len(ODD_VALUES)]
        changed = yaml.dump(with_value(document.data, place, odd), Dumper=yaml.CSafeDumper, sort_keys=False)
        write_tree(tmp_path, {name: changed})
        try:
            load_catalog(tmp_path)
        except DefinitionErrors as errors:
            assert str(errors)
        except Exception as error:
            pytest.fail(f"{odd!r} at {place}: {error!r}")


def with_value(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    step, *below = place
    if isinstance(data, list):
        return [with_value(one, tuple(below), value) if at == step else one for at, one in enumerate(data)]
    return data | {step: with_value(data[step], tuple(below), value)}


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "just text", "a: [1", "a: *b\n", "\t", "a: !!python/object:os.system x", "{[a]: 1}"]
)
def test_what_is_no_contract_is_a_problem(tmp_path, text):
    with pytest.raises(DefinitionErrors, match=r"odd\.yml"):
        load_catalog(write_tree(tmp_path, {"sources/crm/odd.yml": text}))


def test_bytes_that_are_no_text_are_a_problem(tmp_path):
    (write_tree(tmp_path) / "sources/crm/odd.yml").write_bytes(b"id: \xff\xfe\x00")
    with pytest.raises(DefinitionErrors, match=r"odd\.yml:1:1 yaml"):
        load_catalog(tmp_path)
