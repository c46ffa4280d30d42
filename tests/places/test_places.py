"""Postcodes and stops lead to wards and deciles, the postcode itself is not kept, and loading can be repeated."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.demo.plan import WARDS
from app.residents.places.errors import PostcodeMalformed
from app.residents.places.layouts import RowRefused, recognise_table
from app.residents.places.loading import BATCH, LoadTally, load_places
from app.residents.places.queries import Place, find_place, find_stop_wards
from app.residents.places.synthetic import load_synthetic_places
from app.residents.queries import ResidentRead, get_resident
from app.residents.service import enrol_resident
from rules.catalogue import RESIDENT_FACTS
from rules.conditions import Condition, find_fault

POSTCODE = "LS99 1CM"
ARMLEY = "E05099901"


@pytest.fixture
def places(session: Session) -> Session:
    """The synthetic tables are loaded."""
    load_synthetic_places(session)
    return session


def load(session: Session, *rows: dict[str, str]) -> tuple[LoadTally, dict[int, str]]:
    """Load `rows`, which stand from line 2 on; gives the reasons of those that were refused, by line."""
    refused: dict[int, str] = {}

    def refuse(line: int, reason: RowRefused) -> None:
        refused[line] = f"{reason.column}: {reason}"

    found = recognise_table("table.csv", list(rows[0]))
    return load_places(session, found=found, rows=enumerate(rows, start=2), refuse=refuse), refused


def enrol(session: Session, now: datetime, **changes: str) -> ResidentRead:
    facts: dict[str, str | None] = {"ward": None, **changes}
    return enrol_resident(
        session,
        name="A",
        connection="live",
        ward=facts["ward"],
        postcode=facts.get("postcode"),
        enrolled_at=now,
        now=now,
    )


def test_a_postcode_leads_to_its_ward_and_decile(places: Session) -> None:
    assert find_place(places, postcode="ls991cm") == Place(ARMLEY, "Armley", 1)


def test_a_postcode_that_is_in_no_table_leads_nowhere_and_is_no_error(places: Session) -> None:
    assert find_place(places, postcode="LS1 1UR") is None


def test_the_area_of_the_newer_census_comes_first_and_the_older_one_will_do(places: Session) -> None:
    row = {"pcds": "LS98 1CM", "wd25cd": ARMLEY, "lsoa11cd": "E01099912", "lsoa21cd": "E01099901"}
    load(places, row, row | {"pcds": "LS98 2CM", "lsoa21cd": "E01000001"}, row | {"pcds": "LS98 3CM", "lsoa11cd": ""})
    found = [find_place(places, postcode=f"LS98 {number}CM") for number in (1, 2, 3)]
    assert [place and place.deprivation_decile for place in found] == [1, 3, 1]


def test_a_place_outside_the_english_index_has_a_ward_and_no_decile(places: Session) -> None:
    load(places, {"WD25CD": "W05099901", "WD25NM": "Splott"})
    load(places, {"pcds": "CF98 1CM", "wd25cd": "W05099901", "lsoa21cd": "W01099901"})
    assert find_place(places, postcode="CF98 1CM") == Place("W05099901", "Splott", None)


def test_joining_with_a_postcode_keeps_ward_and_decile_and_not_the_postcode(places: Session, now: datetime) -> None:
    joined = enrol(places, now, postcode=POSTCODE, ward="Otley & Yeadon")
    assert (joined.ward, joined.deprivation_decile) == ("Armley", 1)
    assert get_resident(places, resident_id=joined.id) == joined
    kept = places.execute(text("SELECT to_jsonb(r)::text FROM residents r WHERE id = :id"), {"id": joined.id}).scalar()
    assert "LS99" not in str(kept)


def test_rules_are_told_the_ward_and_never_the_decile(places: Session, now: datetime) -> None:
    assert enrol(places, now, postcode=POSTCODE).facts() == {"connection": "live", "ward": "Armley"}


def test_nobody_is_kept_from_joining_by_a_postcode_that_is_too_new_for_the_tables(
    places: Session, now: datetime
) -> None:
    joined = enrol(places, now, postcode="LS1 1UR", ward="Armley")
    assert (joined.ward, joined.deprivation_decile) == ("Armley", None)


def test_a_typing_mistake_in_the_postcode_is_told(places: Session, now: datetime) -> None:
    with pytest.raises(PostcodeMalformed):
        enrol(places, now, postcode="LS1")


def test_stops_lead_to_the_names_of_their_wards_all_at_once(places: Session) -> None:
    wards = find_stop_wards(places, stops=["450010441", "450010623", "450010441", "nowhere"])
    assert wards == {"450010441": "Armley", "450010623": "Beeston & Holbeck"}


def test_no_stops_ask_for_nothing(session: Session) -> None:
    assert find_stop_wards(session, stops=[]) == {}


def test_loading_again_changes_nothing(places: Session) -> None:
    rows = [{"WD25CD": ARMLEY, "WD25NM": "Armley"}, {"WD25CD": "E05099902", "WD25NM": "Beeston & Holbeck"}]
    assert load(places, *rows) == (LoadTally(changed=0, unchanged=2), {})
    assert load(places, rows[0] | {"WD25NM": "New Armley"}, rows[1]) == (LoadTally(changed=1, unchanged=1), {})
    place = find_place(places, postcode=POSTCODE)
    assert place is not None
    assert place.ward_name == "New Armley"


def test_the_last_row_about_a_place_counts(places: Session) -> None:
    rows = [{"WD25CD": ARMLEY, "WD25NM": name} for name in ("First", "Second", "Third")]
    load(places, *rows)
    place = find_place(places, postcode=POSTCODE)
    assert place is not None
    assert place.ward_name == "Third"


def test_a_row_in_an_unknown_ward_is_refused_and_the_others_are_loaded(places: Session) -> None:
    row = {"pcds": "LS98 1CM", "osward": ARMLEY, "lsoa11": ""}
    tally, refused = load(places, row | {"osward": "E05000001"}, row, row | {"pcds": "nonsense"})
    assert tally == LoadTally(changed=1)
    assert refused == {
        2: "osward: We don't know this ward. Load a table of wards that has it first.",
        4: "pcds: This is not a UK postcode, such as LS1 1UR.",
    }


def test_a_table_longer_than_a_batch_is_loaded_whole(session: Session) -> None:
    rows = [{"WD25CD": f"E{number:08}", "WD25NM": f"Ward {number}"} for number in range(BATCH + 1)]
    assert load(session, *rows)[0] == LoadTally(changed=BATCH + 1)
    assert session.execute(text("SELECT count(*) FROM wards")).scalar_one() == BATCH + 1


def test_the_synthetic_tables_hold_what_they_say(places: Session) -> None:
    counts = {
        table: places.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our own names
        for table in ("wards", "small_areas", "postcodes", "stops")
    }
    assert counts == {"wards": 8, "small_areas": 16, "postcodes": 60, "stops": 30}


def test_no_synthetic_postcode_can_be_anybodys_home(places: Session) -> None:
    unused_at_the_end = set("CIKMOV")
    for postcode in places.execute(text("SELECT postcode FROM postcodes")).scalars():
        assert set(postcode[-2:]) <= unused_at_the_end


@pytest.mark.parametrize("ward", WARDS)
def test_every_ward_of_leeds_can_be_named_in_a_rule(ward: str) -> None:
    assert find_fault(Condition(fact="ward", op="is", value=ward), RESIDENT_FACTS["ward"]) is None
