"""The public tables are recognised as they are published, and a row that is wrong says where and why."""

from __future__ import annotations

import pytest

from app.residents.places.errors import PlaceColumnsMissing, PlaceTableUnknown, PostcodeMalformed
from app.residents.places.layouts import RowRefused, normalise_postcode, recognise_table

ONSPD_2022 = ["pcd", "pcd2", "pcds", "dointr", "oslaua", "osward", "lsoa01", "lsoa11", "imd"]
ONSPD_2025 = ["pcd7", "pcd8", "pcds", "lad25cd", "wd25cd", "lsoa11cd", "lsoa21cd", "imd20ind"]
IMD_FILE_1 = [
    "LSOA code (2011)",
    "LSOA name (2011)",
    "Index of Multiple Deprivation (IMD) Rank",
    "Index of Multiple Deprivation (IMD) Decile",
]
IMD_FILE_7 = [
    "LSOA code (2021)",
    "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
    "Income Decile (where 1 is most deprived 10% of LSOAs)",
]
NAPTAN = ["ATCOCode", "NaptanCode", "CommonName", "Longitude", "Latitude", "Status", "WardCode"]
STOP = {
    "ATCOCode": "450099001",
    "CommonName": "Mill Lane",
    "Longitude": "-1.588",
    "Latitude": "53.797",
    "WardCode": "E05099901",
}


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (ONSPD_2022, "postcodes"),
        (ONSPD_2025, "postcodes"),
        (IMD_FILE_1, "small_areas"),
        (IMD_FILE_7, "small_areas"),
        (["WD25CD", "WD25NM", "LAD25CD", "LAD25NM"], "wards"),
        (NAPTAN, "stops"),
        ([title.upper() for title in NAPTAN], "stops"),
    ],
)
def test_a_public_table_is_known_by_its_header(header: list[str], table: str) -> None:
    assert recognise_table("file.csv", header).layout.table == table


def test_the_newest_year_counts_where_several_stand_side_by_side() -> None:
    assert recognise_table("file.csv", ["pcds", "wd24cd", "wd25cd", "wd23cd", "lsoa21cd"]).titles["ward"] == "wd25cd"


def test_a_table_of_something_else_is_refused_with_what_we_know() -> None:
    with pytest.raises(PlaceTableUnknown, match=r"bins\.csv is not a table of places.*pcds.*ATCOCode") as refused:
        recognise_table("bins.csv", ["road", "day"])
    assert len(refused.value.known) == 4


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["ATCOCode", "CommonName", "Latitude"], ["Longitude", "WardCode"]),
        (["pcds", "lsoa11"], ["osward or wdnncd"]),
        (["pcds", "osward"], ["lsoa11 or lsoa11cd or lsoa21 or lsoa21cd"]),
        (["WD25CD"], ["WDnnNM"]),
        (["LSOA code (2011)"], ['"Index of Multiple Deprivation (IMD) Decile"']),
    ],
)
def test_a_missing_column_is_named(header: list[str], missing: list[str]) -> None:
    with pytest.raises(PlaceColumnsMissing) as refused:
        recognise_table("file.csv", header)
    assert refused.value.missing == missing
    assert all(name in str(refused.value) for name in missing)


@pytest.mark.parametrize("written", ["ls11ur", "LS1 1UR", " Ls1  1ur ", "LS1\t1UR"])
def test_a_postcode_is_known_however_it_is_spaced(written: str) -> None:
    assert normalise_postcode(written) == "LS11UR"


@pytest.mark.parametrize("written", ["", "LS1", "1UR", "LS1 1UR2", "Leeds", "LS1-1UR", "\0", "LS\u0661 1UR"])
def test_what_is_no_postcode_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(PostcodeMalformed) as refused:
        normalise_postcode(written)
    assert refused.value.facts() == {}
    assert not written or written not in str(refused.value).replace("LS1 1UR", "")


def test_a_stop_is_kept_with_where_it_lies_in_millionths_of_a_degree() -> None:
    values = recognise_table("stops.csv", list(STOP)).read(STOP | {"CommonName": "  Mill   Lane "})
    assert values == ("450099001", "Mill Lane", "E05099901", 53_797_000, -1_588_000)


def test_a_stop_that_naptan_gives_no_degrees_for_is_kept_without() -> None:
    values = recognise_table("stops.csv", list(STOP)).read(STOP | {"Longitude": "", "Latitude": " "})
    assert values[3:] == (None, None)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("ATCOCode", ""),
        ("ATCOCode", "45 00"),
        ("CommonName", ""),
        ("CommonName", "x" * 101),
        ("CommonName", "Mill\x07Lane"),
        ("Latitude", "north"),
        ("Latitude", "91"),
        ("Latitude", "NaN"),
        ("Longitude", "-Infinity"),
        ("WardCode", ""),
        ("WardCode", "Armley"),
    ],
)
def test_a_wrong_cell_is_refused_by_its_column_and_not_repeated(column: str, cell: str) -> None:
    with pytest.raises(RowRefused) as refused:
        recognise_table("stops.csv", list(STOP)).read(STOP | {column: cell})
    assert refused.value.column == column
    assert not cell or cell not in str(refused.value)


@pytest.mark.parametrize("decile", ["0", "11", "", "1.5", "first", "²"])
def test_a_decile_is_one_of_ten(decile: str) -> None:
    with pytest.raises(RowRefused, match="from 1 to 10"):
        recognise_table("imd.csv", IMD_FILE_1).read(dict.fromkeys(IMD_FILE_1, "E01099901") | {IMD_FILE_1[3]: decile})
