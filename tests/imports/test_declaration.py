from __future__ import annotations

from pathlib import Path

import pytest

from app.earning.importing.declaration import load_map
from app.earning.importing.errors import MapUnusable

MAPS = Path(__file__).parents[2] / "app" / "earning" / "maps"
SOUND = (MAPS / "bike-rides.toml").read_text(encoding="utf-8")


def write(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_map_that_we_ship_can_be_used(path: Path) -> None:
    assert load_map(path).columns()


@pytest.mark.parametrize(
    ("before", "after", "where", "fault"),
    [
        ("[time]", "[tyme]", "time", "required"),
        ('kind = "integer"', 'kynd = "integer"', "kynd", "Extra inputs"),
        ('type = "cycle.trip"', 'type = "transit.trip"', "", "not a type of event"),
        ("[data.distance_m]", "[data.distance_miles]", "", "has no fact distance_miles"),
        ('zone = "UTC"', 'zone = "Leeds"', "time.zone", "not the name of a time zone"),
        ('template = "{route_id}"', 'template = "same"', "id.template", "at least one column"),
        ('template = "{route_id}"', 'template = "{route_id"', "id.template", "expected '}'"),
        ('template = "{route_id}"', "", "id", "either template or hash_of"),
        ('evidence = "verified"', 'evidence = "hearsay"', "evidence", "any"),
        ('subject = "card:{user_id}"', "subject = ", "", "Invalid value"),
    ],
)
def test_a_fault_in_a_map_is_told_with_its_place(
    tmp_path: Path, before: str, after: str, where: str, fault: str
) -> None:
    assert before in SOUND
    with pytest.raises(MapUnusable) as refused:
        load_map(write(tmp_path, SOUND.replace(before, after, 1)))
    assert where in refused.value.where
    assert fault in refused.value.fault


def test_a_map_that_leaves_out_a_required_fact_is_refused(tmp_path: Path) -> None:
    without = SOUND.replace('[data.distance_m]\ncolumn = "distance_m"\nkind = "integer"\n', "")
    with pytest.raises(MapUnusable, match=r"cycle\.trip needs distance_m"):
        load_map(write(tmp_path, without))


def test_a_missing_map_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MapUnusable, match="No such file"):
        load_map(tmp_path / "none.toml")
