"""What people read of a rule calls its campaign and its source as people do."""

from __future__ import annotations

from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from tests.api.undone import UndoneCity
from tests.rulebook.drafting.desk import TUESDAY


def test_the_register_calls_a_campaign_by_its_title(undone_city: UndoneCity) -> None:
    city = undone_city(TUESDAY)

    def rename(key: str, title: str) -> None:
        headers = city.by("editor")
        tag = city.http.get(f"/v1/campaigns/{key}", headers=headers).headers["ETag"]
        done = city.http.patch(f"/v1/campaigns/{key}", json={"title": title}, headers=headers | {"If-Match": tag})
        assert done.status_code == 200, done.text

    def read() -> str:
        return " ".join(rule["sentence"] for rule in city.http.get("/v1/register/rules").json()["items"])

    assert "paid by cmp_ride_leeds." in read()
    rename("cmp_ride_leeds", "Ride Leeds")
    assert "paid by Ride Leeds." in read()
    assert "cmp_ride_leeds" not in read()
    # Two of one title are told apart.
    rename("cmp_get_on_board", "Ride Leeds")
    assert {"paid by Ride Leeds (cmp_ride_leeds).", "paid by Ride Leeds (cmp_get_on_board)."} <= {
        f"paid by{part.partition('.')[0]}." for part in read().split("paid by")[1:]
    }


def test_a_sentence_without_titles_has_ids_and_with_them_titles() -> None:
    rule = next(one for one in load_pack(LEEDS) if one.id == "rul_cycle_distance")
    assert "sent by urn:leeds:cycle-hire" in sentence(rule)
    told = sentence(rule, {"urn:leeds:cycle-hire": "Leeds cycle hire", "cmp_ride_leeds": "Ride Leeds"})
    assert "sent by Leeds cycle hire and reported by a trusted source, paid by Ride Leeds." in told
