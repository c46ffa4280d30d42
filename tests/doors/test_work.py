from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.earning.importing.checking import check_content
from app.earning.importing.declaration import ImportMap
from app.earning.importing.errors import ColumnsMissing, FileAlreadyTaken
from app.earning.importing.files import get_import_by_number
from app.earning.importing.run import BATCH, import_batch
from app.earning.importing.work import MOST_ATTEMPTS, SILENCE, work_next
from tests.doors.conftest import HEADER, MAP, Post, ride

GOOD = HEADER + ride(1) + ride(2)


def declared(**form: object) -> ImportMap:
    """The map of bike rides for a file of another form."""
    return ImportMap.model_validate(MAP.model_dump(mode="json") | {"file": form})


def test_a_file_is_kept_and_counted_and_its_content_forgotten(post: Post) -> None:
    done = post.take(HEADER + ride(1) + ride(2, metres="far") + ride(3, card="nobody") + ride(4, on="2026-10-01"))
    assert (done.status, done.percent) == ("done", 100)
    kept = {name: number for name, number in done.counts.items() if number}
    assert kept == {"read": 4, "awarded": 1, "rejected": 2, "not_enrolled": 1}
    assert post.faults(done) == [(3, "distance_m", "number-malformed"), (5, "started_at", "event-too-late")]
    assert (str(done.first_on), str(done.last_on)) == ("2026-11-20", "2026-11-20")
    assert post.books()["import_chunks"] == 0


def test_nothing_of_a_waiting_file_can_be_read_in_the_database(post: Post) -> None:
    post.receive(HEADER + ride(1, card="a-card-of-somebody"))
    kept: Callable[[Session], bytes] = lambda session: bytes(  # noqa: E731 - it needs its type
        session.execute(text("SELECT content FROM import_chunks")).scalar_one()
    )
    assert b"somebody" not in post.database.in_transaction(kept)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (GOOD.replace("distance_m", "metres"), "columns-missing", 1),
        (GOOD.replace("ended_at,distance_m", "distance_m"), "columns-missing", 1),
        (HEADER.replace("\n", ",weather\n") + ride(1).replace("\n", ",wet\n"), "columns-changed", 1),
        (HEADER.replace("\n", ",user_id\n") + ride(1).replace("\n", ",0\n"), "column-twice", 1),
        (HEADER.replace("\n", ",a\x07\n") + ride(1).replace("\n", ",0\n"), "file-unreadable", 1),
        (GOOD[:-1], "file-truncated", 3),
        (GOOD[:-10], "row-broken", 3),
        (GOOD + ride(3)[:4] + "\n" + ride(4), "row-broken", 4),
        (GOOD + ride(3).replace("\n", ",more\n"), "row-broken", 4),
        (GOOD + '"r3,0\n' + ride(4), "row-broken", 4),
        (HEADER + ride(1, metres="far") + ride(2, metres="near"), "no-row-usable", 2),
        (GOOD.encode() + b"r3,caf\xe9,x,y,z\n", "file-unreadable", 4),
        (GOOD.encode("utf-16"), "file-unreadable", 1),
        (b"", "file-unreadable", None),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason_and_nothing_is_kept(
    post: Post, content: str | bytes, code: str, line: int | None
) -> None:
    post.take(HEADER + ride(90))  # from now on the door knows its columns
    before = post.books()
    refused = post.take(content)
    assert (refused.status, refused.reason_code, refused.reason_line) == ("quarantined", code, line)
    assert refused.reason
    assert line is None or f"line {line}" in refused.reason or code in {"columns-missing", "file-unreadable"}
    assert post.faults(refused) == [(line or 0, "", code)]
    assert refused.counts == {}
    assert post.books() == before


def test_a_cell_of_a_refused_file_is_not_repeated(post: Post) -> None:
    refused = post.take(HEADER + ride(1, card="4111111111111111", metres="elsewhere"))
    assert refused.status == "quarantined"
    assert "4111" not in str(refused)
    assert "elsewhere" not in str(refused)


@pytest.mark.parametrize(
    ("trailer", "code"), [("END,2\n", None), ("END,2", None), ("END,3\n", "file-truncated"), ("", "file-truncated")]
)
def test_a_file_says_how_many_rows_it_has(post: Post, trailer: str, code: str | None) -> None:
    post.open(declared(trailer="END,{rows}"))
    assert post.take(GOOD + trailer).reason_code == code


def test_an_encoding_of_wide_characters_knows_its_line_ends(post: Post) -> None:
    post.open(declared(encoding="utf-16"))
    assert post.take(GOOD.encode("utf-16")).status == "done"
    assert post.take(GOOD[:-1].encode("utf-16")).reason_code == "file-truncated"


def test_a_file_without_a_last_line_end_is_taken_where_that_is_agreed(post: Post) -> None:
    post.open(declared(final_newline=False))
    assert post.take(GOOD[:-1]).status == "done"


def test_columns_that_only_moved_are_read_by_name(post: Post) -> None:
    post.take(GOOD)
    header = "distance_m,route_id,user_id,started_at,ended_at\n"
    assert post.take(header + "2600,r7,0,2026-11-20T10:00:00Z,2026-11-20T10:20:00Z\n").status == "done"


def test_a_door_may_name_its_columns_before_the_first_file(post: Post) -> None:
    post.open(declared(columns=[*HEADER.strip().split(","), "weather"]))
    refused = post.take(GOOD)
    assert refused.reason_code == "columns-changed"
    assert '"weather"' in str(refused.reason)


def test_a_door_that_is_opened_again_learns_its_columns_anew(post: Post) -> None:
    post.take(GOOD)
    wider = HEADER.replace("\n", ",weather\n") + ride(3).replace("\n", ",wet\n")
    assert post.take(wider).reason_code == "columns-changed"
    post.open()
    assert post.take(wider).status == "done"  # what was refused may be sent again
    assert post.take(HEADER + ride(4)).reason_code == "columns-changed"


def test_a_file_of_which_no_row_was_kept_shows_no_header(post: Post) -> None:
    wider = HEADER.replace("\n", ",weather\n")
    assert post.take(wider).status == "done"
    assert post.take(wider + ride(1, on="2020-06-01").replace("\n", ",wet\n")).status == "done"
    assert post.take(GOOD).status == "done"


def test_the_same_content_under_another_name_is_refused_and_says_which_it_is(post: Post) -> None:
    first = post.take(GOOD, name="monday.csv")
    before = post.books()
    with pytest.raises(FileAlreadyTaken, match=r"monday\.csv") as refused:
        post.receive(GOOD, name="tuesday.csv")
    assert refused.value.earlier_id == first.written_id
    assert post.books() == before


def test_files_without_rows_are_not_taken_for_one_another(post: Post) -> None:
    assert [post.take(HEADER).status for _ in range(2)] == ["done", "done"]


def test_content_that_changed_in_the_keeping_is_refused(post: Post) -> None:
    received = post.receive(GOOD)
    post.database.in_transaction(
        lambda session: session.execute(
            text("UPDATE import_files SET sha256 = '' WHERE id = :id"), {"id": received.number}
        )
    )
    worked = post.work()
    assert worked is not None
    assert worked.reason_code == "content-differs"


@pytest.mark.parametrize("cell", ["a\0b", "\ud7ff\ufffe", "=1+1", "x" * 200])
def test_no_cell_breaks_the_work_down(post: Post, cell: str) -> None:
    done = post.take(HEADER + ride(1) + ride(2, card=cell) + ride(3).replace("r3", cell))
    assert done.status == "done"
    assert done.counts["read"] == 3


class Killed(BaseException):
    """Ends the work as a kill would: nothing after it runs."""


def kill_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Let so many batches through, and none after them."""
    whole = import_batch
    passed = 0

    def import_some(*args: object, **kwargs: object) -> object:
        nonlocal passed
        outcome = whole(*args, **kwargs)  # type: ignore[arg-type]
        passed += 1
        if passed > batches:
            raise Killed
        return outcome

    monkeypatch.setattr("app.earning.importing.work.import_batch", import_some)


def test_work_that_was_broken_off_goes_on_and_posts_nothing_twice(
    real_post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ride(number, card=str(number % 3)) for number in range(2 * BATCH + 10)]
    received = real_post.receive(HEADER + "".join(rows))
    with monkeypatch.context() as patch:
        kill_after(patch, 1)
        with pytest.raises(Killed):
            real_post.work()
    half = real_post.database.in_transaction(lambda session: get_import_by_number(session, number=received.number))
    assert (half.status, half.counts["read"]) == ("importing", BATCH)
    assert 0 < half.percent < 100
    assert real_post.count("events") == BATCH
    assert real_post.work() is None  # whoever had it may still be alive
    real_post.clock.at += SILENCE + timedelta(seconds=1)
    done = real_post.work()
    assert done is not None
    assert (done.status, done.counts["read"], done.counts.get("duplicate")) == ("done", len(rows), 0)
    assert real_post.count("events") == len(rows)
    assert real_post.books()["import_chunks"] == 0


def test_whoever_was_thought_dead_can_write_no_more(real_post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    real_post.receive(GOOD)
    whole, checking = check_content, "app.earning.importing.work.check_content"
    done = []

    def check_slowly(*args: object, **kwargs: object) -> object:
        """Somebody else does the whole work in the meantime."""
        monkeypatch.setattr(checking, whole)
        real_post.clock.at += SILENCE + timedelta(seconds=1)
        done.append(real_post.work())
        return whole(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, check_slowly)
    seen = real_post.work()
    assert seen == done[0]
    assert seen is not None
    assert (seen.status, seen.counts["awarded"] + seen.counts["recorded"]) == ("done", 2)
    assert real_post.count("events") == 2


def test_an_order_to_stop_leaves_the_file_to_the_next_at_once(real_post: Post) -> None:
    real_post.receive(HEADER + "".join(ride(number) for number in range(BATCH + 1)))
    orders = iter([False, False, False, True])
    left = work_next(real_post.database, tools=real_post.tools, clock=real_post.clock, stop=lambda: next(orders, True))
    assert left is not None
    assert not left.has_ended
    done = real_post.work()
    assert done is not None
    assert (done.status, done.counts["read"]) == ("done", BATCH + 1)


def test_ctrl_c_leaves_the_file_to_the_next_at_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    post.receive(GOOD)
    for _ in range(MOST_ATTEMPTS + 1):
        with monkeypatch.context() as patch:
            patch.setattr("app.earning.importing.work.import_batch", interrupt)
            with pytest.raises(KeyboardInterrupt):
                post.work()
    done = post.work()
    assert done is not None
    assert done.status == "done"


def test_a_file_that_breaks_whoever_works_on_it_is_given_up(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.receive(GOOD)
    with monkeypatch.context() as patch:
        kill_after(patch, 0)
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(Killed):
                post.work()
            post.clock.at += SILENCE + timedelta(seconds=1)
    failed = post.work()
    assert failed is not None
    assert (failed.status, failed.reason_code) == ("failed", "attempts-exhausted")
    assert post.work() is None
    assert post.count("import_chunks") == 0
    assert post.take(GOOD).status == "done"  # it may be sent again


def test_a_missing_column_is_told_by_the_same_error_as_elsewhere() -> None:
    refused = ColumnsMissing(name="x", missing=["a"], found=["b"])
    assert refused.line == 1
