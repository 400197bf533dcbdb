"""How a match came about: weights that add up to the edge's, links that hold a customer together, and no value."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from spark_jobs.cli import app
from spark_jobs.identity import showing
from spark_jobs.identity.commands import explain
from spark_jobs.identity.drawing import cluster_mermaid, waterfall_svg
from spark_jobs.identity.explain import explain_cluster, explain_pair
from spark_jobs.identity.matching.definition import load_definition
from spark_jobs.identity.matching.frozen import shipped
from spark_jobs.identity.matching.scoring import match
from spark_jobs.identity.matching.table import record_schema
from spark_jobs.identity.policy import Policy
from spark_jobs.ledger import Store
from tests.unit.identity._bank import World
from tests.unit.identity.small_town import model, people, town

ANNA = {"given": "anna", "family": "meier", "born": "1980-01-02"}


def explained(left, right):
    return explain_pair(people(dict(left, record_key="a"), dict(right, record_key="b")), model(), "b", "a")


def test_prior_and_weights_add_up_to_the_edges_weight_for_every_edge_of_a_town():
    edges = match(town(), model()).to_pylist()[:12]
    assert len(edges) == 12
    for edge in edges:
        found = explain_pair(town(), model(), edge["left_key"], edge["right_key"])
        assert sum(one.weight for one in found.weights) == pytest.approx(edge["weight"], abs=1e-3)
        assert (found.score, found.verdict) == (edge["score"], edge["reason"])
        assert found.model_version == edge["model_version"]


def test_the_weights_of_a_level_are_those_of_its_m_and_u():
    found = explained(ANNA, dict(ANNA, given="anne"))
    given = next(one for one in found.weights if one.name == "given")
    m, u = (model().parameters["given"][name][1] for name in ("m", "u"))
    assert (given.level, 2**given.weight) == ("levenshtein 1", pytest.approx(m / u))
    assert 2 ** found.weights[0].weight == pytest.approx(model().prior / (1 - model().prior))
    assert found.probability == pytest.approx(1 / (1 + 2**-found.weight))


@pytest.mark.parametrize(("left", "right", "verdict", "score"), [
    ({"emails": ["x@example.org"]}, {"emails": ["x@example.org"], "family": "ott"}, "rule:email", 1.0),
    ({"phone": "1"}, {"phone": "2"}, "score, contradiction:other_phone", 0.5),
    ({"kin": ["b"]}, {}, "distinct:kin", 0.0),
    ({}, {"family": "ott", "born": "1950-05-05"}, "not compared", 0.0),
])  # fmt: skip
def test_a_verdict_says_what_decided(left, right, verdict, score):
    found = explained(ANNA | left, ANNA | right)
    assert (found.verdict, found.score) == (verdict, score)


def test_a_missing_value_weighs_nothing_and_is_told():
    found = explained(ANNA, dict(ANNA, born=None))
    assert [(one.level, one.weight) for one in found.weights if one.name == "born"] == [("missing", 0.0)]


def test_no_value_is_in_the_explanation_nor_in_the_picture():
    found = explained(dict(ANNA, phone="0446681800"), dict(ANNA, given="anne"))
    for value in ("anna", "anne", "meier", "1980", "0446681800"):
        assert value not in repr(found)
        assert value not in waterfall_svg(found)


def test_a_record_that_is_not_there_is_told():
    with pytest.raises(LookupError, match="No record nobody"):
        explain_pair(town(), model(), "crm|000", "nobody")
    with pytest.raises(ValueError, match="itself"):
        explain_pair(town(), model(), "crm|000", "crm|000")


def test_the_picture_stands_alone_and_its_bars_join():
    found = explain_pair(people(dict(ANNA, record_key="<a>"), dict(ANNA, record_key="b")), model(), "<a>", "b")
    svg = waterfall_svg(found)
    assert "href" not in svg
    root = ElementTree.fromstring(svg)
    bars = [one for one in root if one.tag.endswith("rect")]
    assert len(bars) == len(found.weights) + 1
    ends = [(float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))) for bar in bars[:-1]]
    for one, two in pairwise(ends):
        assert any(abs(a - b) < 2 for a in one for b in two)
    shown = [one.text for one in root if one.tag.endswith("text")]
    assert f"{found.weight:+.2f}" in shown


def cluster():
    known = {("a", "b"): "rule:tax_id", ("a", "c"): 0.97, ("b", "c"): 0.5, ("c", "d"): 0.9, ("d", "e"): 0.99}
    world = World(known)
    world.day("a", "b", "c", "d", "e")
    return world


def test_a_cluster_shows_its_records_links_and_the_edges_that_do_not_count():
    world = cluster()
    found = explain_cluster(world.journal.standing(), Policy(), world.customers()["a"])
    assert cluster_mermaid(found).splitlines() == [
        "graph LR",
        f"    subgraph {found.customer_id}",
        '        r0["a"]',
        '        r1["b"]',
        '        r2["c"]',
        "    end",
        '    r0 ---|"rule:tax_id"| r1',
        '    r0 ---|"score 0.9700"| r2',
        '    r1 -.-|"score 0.5000"| r2',
    ]


def test_a_stewards_must_link_is_shown():
    world = cluster()
    world.day(decided=[("d1", "c", "d", "must_link")])
    found = explain_cluster(world.journal.standing(), Policy(), world.customers()["a"])
    assert found.record_keys == ("a", "b", "c", "d", "e")
    assert '---|"must_link"|' in cluster_mermaid(found)


def test_a_customer_who_is_nobody_is_told():
    with pytest.raises(LookupError, match="No record belongs to customer c0"):
        explain_cluster(cluster().journal.standing(), Policy(), "c0")


def test_the_command_draws_a_customer_of_the_home(tmp_path, monkeypatch):
    world = cluster()
    for name, rows in world.journal.tables.tables.items():
        Store(tmp_path).append(name, rows)
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    customer = world.customers()["d"]
    run = CliRunner().invoke(app, ["explain", "--customer", customer])
    assert (run.exit_code, run.output.splitlines()[1:4]) == (
        0,
        [f"    subgraph {customer}", '        r0["d"]', '        r1["e"]'],
    )


def test_the_command_writes_a_pair_by_the_shipped_model(tmp_path, monkeypatch):
    def read(home, keys):
        assert home == tmp_path
        return bank_pair(*keys.to_pylist())

    monkeypatch.setattr(showing, "read_records", read)
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    picture = tmp_path / "pair.svg"
    run = CliRunner().invoke(app, ["explain", "--pair", "crm|1", "cards|7", "--out", str(picture)])
    assert run.exit_code == 0, run.output
    svg = picture.read_text(encoding="utf-8")
    assert "cards|7 and crm|1: score, score 1.0" in svg
    assert "family_name: exact" in svg


def test_an_email_of_a_crowd_counts_as_missing_in_the_picture(tmp_path, monkeypatch):
    desk = [{"record_key": str(number), "emails": ["o@example.org"]} for number in range(201)]
    kept = pa.Table.from_pylist(desk, record_schema(load_definition("bank")))
    monkeypatch.setattr(showing, "read_records", lambda _, keys: bank_pair(*keys.to_pylist()))
    assert "email: shared" in showing.pair_picture(tmp_path, "crm|1", "cards|7")
    monkeypatch.setattr(showing, "kept_now", lambda _: kept)
    assert "email: missing" in showing.pair_picture(tmp_path, "crm|1", "cards|7")


def bank_pair(one, two):
    """Two records of a made-up person: one letter of the given name differs, the telephone is missing."""
    same = {"party_type": "person", "family_name": "bellini", "given_name": "ottavia", "birth_date": "1971-03-04",
            "city": "lugano", "gender_code": "f", "emails": ["o@example.org"], "email": "o@example.org"}  # fmt: skip
    rows = [
        same | {"record_key": one, "party_id": "1"},
        same | {"record_key": two, "party_id": "7", "given_name": "otavia"},
    ]
    return pa.Table.from_pylist(rows, record_schema(load_definition("bank")))


@pytest.mark.parametrize("asked", [{}, {"customer": "c1", "pair": ("a", "b")}])
def test_the_command_wants_one_question(asked):
    with pytest.raises(ValueError, match="either --pair"):
        explain(**asked)


def test_the_guide_shows_what_the_shipped_model_says():
    bank = shipped(load_definition("bank"))
    found = explain_pair(bank_pair("cards|8815", "crm|4711"), bank, "cards|8815", "crm|4711")
    guide = Path(__file__).parents[3] / "docs/guides"
    assert (guide / "explained-pair.svg").read_text(encoding="utf-8") == waterfall_svg(found)
    assert "](explained-pair.svg)" in (guide / "matching.md").read_text(encoding="utf-8")
