"""What is published is immutable, and known by its hash."""

import json
from datetime import UTC, datetime

import pytest

from rules.artefact import Artefact, Timeline
from rules.errors import ArtefactAltered, EngineUnfit, RuleSetRefused
from rules.packs import LEEDS, load_pack
from tests.rules.making import LONG_AGO, MONDAY, make_rule


def test_the_same_rules_give_the_same_bytes_in_any_order() -> None:
    pack = load_pack(LEEDS)
    one, other = Artefact.publish(pack), Artefact.publish(reversed(pack))
    assert (one.body, one.sha256) == (other.body, other.sha256)


def test_what_is_loaded_is_what_was_published() -> None:
    published = Artefact.publish(load_pack(LEEDS))
    loaded = Artefact.load(published.body, published.sha256)
    assert loaded == published
    assert loaded.program == published.program


def test_an_altered_artefact_is_refused_with_both_hashes() -> None:
    published = Artefact.publish([make_rule()])
    altered = published.body.replace(b'"points":5', b'"points":6')
    assert altered != published.body
    with pytest.raises(ArtefactAltered) as refusal:
        Artefact.load(altered, published.sha256)
    assert refusal.value.expected == published.sha256
    assert refusal.value.actual != published.sha256
    assert refusal.value.differs == ("rule rul_test",)


def test_whoever_alters_the_seals_as_well_is_found_by_the_hash() -> None:
    published, other = Artefact.publish([make_rule()]), Artefact.publish([make_rule(version=2)])
    with pytest.raises(ArtefactAltered) as refusal:
        Artefact.load(other.body, published.sha256)
    assert refusal.value.differs == ("seals",)


def test_an_artefact_of_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.artefact.ENGINE_VERSION", "1")
    published = Artefact.publish([make_rule()])
    monkeypatch.undo()
    with pytest.raises(EngineUnfit, match="published by engine 1"):
        Artefact.load(published.body, published.sha256)


def test_an_artefact_holds_all_that_decides() -> None:
    document = json.loads(Artefact.publish([make_rule()]).body)
    assert set(document) == {"schema", "engine", "rules", "facts", "zones", "clock", "seals"}
    assert document["rules"][0]["schema"] == "rewards.rule/1"
    assert len(document["clock"]["transitions"]) > 80


def test_an_empty_set_of_rules_can_be_published() -> None:
    artefact = Artefact.publish([])
    assert Artefact.load(artefact.body, artefact.sha256).rules == ()


def test_a_timeline_answers_with_what_was_in_force_then() -> None:
    first, second = Artefact.publish([]), Artefact.publish([make_rule()])
    timeline = Timeline([(LONG_AGO, first), (MONDAY, second)])
    assert timeline.at(datetime(1999, 12, 31, tzinfo=UTC)) is None
    assert timeline.at(LONG_AGO) is first
    assert timeline.at(MONDAY.replace(hour=6, minute=59)) is first
    assert timeline.at(MONDAY) is second


def test_a_timeline_out_of_order_is_refused() -> None:
    artefact = Artefact.publish([])
    for entries in ([(MONDAY, artefact), (LONG_AGO, artefact)], [(MONDAY, artefact), (MONDAY, artefact)]):
        with pytest.raises(ValueError, match="in order"):
            Timeline(entries)


def test_what_was_published_is_loaded_though_later_checks_would_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = (("rul_best", "best"), ("rul_sum", "sum"))
    pair = [make_rule(id=name, stacking={"group": "g", "mode": mode}) for name, mode in modes]
    with monkeypatch.context() as before:
        before.setattr("rules.artefact.refuse_incoherent", lambda _: None)
        published = Artefact.publish(pair)
    with pytest.raises(RuleSetRefused):
        Artefact.publish(pair)
    assert Artefact.load(published.body, published.sha256).rules == published.rules
