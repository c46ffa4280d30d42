"""Officers see how many vouchers a partner has left open for a day, which, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

from app.main import create_app
from app.redemption.asking import LONGEST_WAIT
from app.redemption.unanswered import ASKED_FOR_A_DAY
from app.web.pages.visits import Role
from tests.api.remote import add_remote
from tests.pages.test_every_page import check
from tests.pages.town import Town, in_demo_mode

WORDS = "1 voucher that its partner has not answered about for a day"


def test_what_a_partner_leaves_open_for_a_day_is_counted_and_listed_until_it_answers(town: Town) -> None:
    remote = add_remote(town.city)
    town = replace(town, app=create_app(in_demo_mode(remote.runtime)))
    path = f"/rewards/{remote.reward}"
    resident = town.browser(Role.RESIDENT)
    remote.twin.go_away()
    voucher = resident.send(resident.open(path).form(path)).form("/vouchers/").action.split("/")[2]
    for asked in range(ASKED_FOR_A_DAY):
        if asked in {1, ASKED_FOR_A_DAY - 1}:
            assert "not answered" not in town.browser(Role.OFFICER).open("/officer").text
        assert remote.ask() == 1
        town.city.clock.at += LONGEST_WAIT
    officer = town.browser(Role.OFFICER)
    overview = officer.open("/officer")
    assert WORDS in overview.text
    assert "Nothing is waiting." not in overview.text
    assert "/officer/unanswered" in overview.links()
    told = officer.open("/officer/unanswered")
    check(told)
    assert "Call the partner (Aireborough Pool)" in told.text
    row = f"A swim Aireborough Pool 22 November 2026 to confirm it {ASKED_FOR_A_DAY} {voucher}"
    assert row in told.text
    remote.twin.come_back()
    assert remote.ask() == 1
    assert "Every partner has answered." in officer.open("/officer/unanswered").text
    assert "not answered" not in officer.open("/officer").text
