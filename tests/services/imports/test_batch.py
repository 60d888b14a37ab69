"""Batches: all or nothing, with a sentence for every bad line."""

import json
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.errors import WeekUnknown
from app.services.imports import batch
from app.services.imports.batch import BatchRefused, Line, Outcome
from app.services.imports.lists import ListRefused
from tests.builders import ADA, CATS, DUA, GUS, NOW, OWLS, Game, an_activity


def refused(game: Game, *activities: dict[str, Any]) -> list[dict[str, Any]]:
    with pytest.raises(BatchRefused) as refusal:
        game.batch(*activities)
    errors: list[dict[str, Any]] = refusal.value.extra["errors"]
    return errors


def test_record_keeps_every_line_of_a_batch(game: Game) -> None:
    outcome = game.batch(an_activity(), an_activity(person=DUA), an_activity(person=DUA, kind="knowledge_card"))

    assert outcome == Outcome(recorded=3, repeated=0)
    assert game.points() == {CATS: 13, OWLS: 5}
    assert game.verify() == []


def test_record_of_a_batch_is_one_change_of_the_week(game: Game) -> None:
    before = game.week().version

    game.batch(an_activity(), an_activity())

    assert game.week().version == before + 1


def test_record_of_an_empty_batch_changes_nothing(game: Game) -> None:
    before = game.week().version

    outcome = game.batch()

    assert (outcome, game.week().version) == (Outcome(0, 0), before)


def test_record_of_a_batch_for_an_unknown_week_is_refused(game: Game) -> None:
    with pytest.raises(WeekUnknown):
        Game(game.database, slug="q4-2022").batch(an_activity())


def test_record_of_bad_lines_keeps_nothing_and_names_each(game: Game) -> None:
    before = game.board()

    errors = refused(
        game,
        an_activity(),
        an_activity(person=GUS),
        an_activity(kind="napping"),
        an_activity(occurred_at="2022-09-01T00:00:00Z"),
        an_activity(occurred_at=NOW.replace(hour=23)),
        an_activity(occurred_at="yesterday", colour="blue"),
    )

    assert errors == [
        {"line": 2, "message": "No person with the email gus@example.com. Add them first."},
        {
            "line": 3,
            "message": "“napping” isn’t a kind of activity here. "
            "The rules know shift, response, issue, feature_request, knowledge_card.",
        },
        {
            "line": 4,
            "message": "2022-08-31 17:00 is outside week Q3-2022, "
            "which runs from 2022-09-12 to 2022-09-16 (America/Los_Angeles).",
        },
        {"line": 5, "message": "occurred_at is in the future. Record an activity once it has happened."},
        {
            "line": 6,
            "message": "“occurred_at” must be a date and time with its offset, such as 2022-09-14T06:00:00-07:00. "
            "“colour” isn’t a field. Remove it or check its spelling.",
        },
    ]
    assert game.board() == before


def test_record_of_duplicates_in_a_batch_repeats_the_first(game: Game) -> None:
    outcome = game.batch(
        an_activity(external_id="i-1"),
        an_activity(external_id="i-1", person=DUA),
        an_activity(external_id="i-1", person="nobody@example.com"),
        an_activity(external_id="i-1", occurred_at=None),
    )

    assert outcome == Outcome(recorded=1, repeated=3)
    assert game.points() == {OWLS: 5, CATS: 0}


def test_record_of_a_duplicate_of_a_bad_line_refuses_it_too(game: Game) -> None:
    errors = refused(game, an_activity(external_id="i-1", person=GUS), an_activity(external_id="i-1", person=GUS))

    assert [error["line"] for error in errors] == [1, 2]


def test_record_of_a_good_line_after_a_bad_one_of_its_key_does_not_save_it(game: Game) -> None:
    errors = refused(game, an_activity(external_id="i-1", person=GUS), an_activity(external_id="i-1"))

    assert [error["line"] for error in errors] == [1]


def test_record_of_repeats_is_fine_whatever_else_they_say(game: Game) -> None:
    game.take(external_id="i-1")

    outcome = game.batch(an_activity(external_id="i-1", person="nobody@example.com", colour="blue"), an_activity())

    assert outcome == Outcome(recorded=1, repeated=1)


def test_record_of_repeats_alone_in_a_closed_week_is_fine(game: Game) -> None:
    game.take(external_id="i-1")
    game.close()
    before = game.week().version

    outcome = game.batch(an_activity(external_id="i-1"), an_activity(external_id="i-1"))

    assert (outcome, game.week().version) == (Outcome(recorded=0, repeated=2), before)


def test_record_of_one_new_line_in_a_closed_week_is_refused(game: Game) -> None:
    game.take(external_id="i-1")
    game.close()

    errors = refused(game, an_activity(external_id="i-1"), an_activity())

    assert errors == [{"line": 2, "message": "Q3-2022 is closed. Ask an organizer to reopen it."}]


def test_record_of_a_large_batch_is_whole(game: Game) -> None:
    activities = [an_activity(person=ADA if number % 2 else DUA) for number in range(1_201)]

    outcome = game.batch(*activities, *activities[:5])

    assert outcome == Outcome(recorded=1_201, repeated=5)
    assert game.board().totals["issue"] == 1_201
    assert game.verify() == []


def test_record_of_people_without_a_team_counts_in_totals_only(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)

    game.batch(an_activity(person=GUS), an_activity(person=GUS), an_activity(person=ADA))

    assert (game.board().totals["issue"], game.points()) == (3, {OWLS: 5, CATS: 0})
    assert game.verify() == []


def test_read_ndjson_says_of_utf_16_what_it_is_once() -> None:
    text = "\n".join([json.dumps(an_activity())] * 3)

    told = [
        [flaw.message for line in batch.read_ndjson(text.encode(code)) for flaw in line.reading.flaws]
        for code in ("utf-16", "utf-16-be")
    ]

    assert told == [["This seems to be UTF-16; send it as UTF-8."]] * 2


def test_read_ndjson_passes_over_millions_of_blank_lines() -> None:
    began = time.thread_time()

    lines = list(batch.read_ndjson(b" \n" * 4_000_000 + b"{"))

    assert [line.number for line in lines] == [4_000_001]
    assert time.thread_time() - began < 0.5


HEADER = "kind,person,occurred_at,source,external_id"
ROW = "issue,ada@example.com,2022-09-14T09:00:00-07:00,github,i-{}"
ZONE = ZoneInfo("America/Los_Angeles")


def read_csv(text: str) -> list[Line]:
    return batch.read_csv(text, ZONE).lines


def test_read_csv_reads_row_by_row() -> None:
    lines = read_csv(f"{HEADER},note\n{ROW.format(1)},Hi\n{ROW.format(2)},\n")

    assert [(line.number, line.reading.draft and line.reading.draft.note) for line in lines] == [(2, "Hi"), (3, None)]


@pytest.mark.parametrize("number", ["1E+05", "1.23E+11", "1,23e+011", "7700123.0"])
def test_read_csv_refuses_an_id_that_a_spreadsheet_shortened_but_not_one_of_our_export(number: str) -> None:
    header, row = HEADER.split(","), ROW.format("").split(",")
    row[header.index("external_id")] = f'"{number}"'

    [line] = read_csv(f"{HEADER}\n{','.join(row)}")
    [ours] = read_csv(f"{HEADER},reversed\n{','.join(row)},no")

    assert [flaw.message.split(";")[0] for flaw in line.reading.flaws] == [
        f"“external_id” is {number}, a number as a spreadsheet shortened it"
    ]
    assert (line.reading.draft, ours.reading.flaws) == (None, ())


@pytest.mark.parametrize("external_id", ["2.0", "1e5", "123456", "a1E+05"])
def test_read_csv_takes_ids_that_only_look_like_numbers(external_id: str) -> None:
    header, row = HEADER.split(","), ROW.format("").split(",")
    row[header.index("external_id")] = external_id

    [line] = read_csv(f"{HEADER}\n{','.join(row)}")

    assert line.reading.draft is not None


def test_read_csv_refuses_a_row_that_is_too_long() -> None:
    [line] = read_csv(f"{HEADER}\n" + ('"' + "x" * 40_000 + "\n") * 3)

    message = "This line isn’t valid CSV: it is longer than 65,536 characters."
    assert (line.number, [flaw.message for flaw in line.reading.flaws]) == (2, [message])


def test_read_csv_ignores_strange_columns_and_names_a_few() -> None:
    found = batch.read_csv(HEADER + "".join(f",{'x' * 100}{number}" for number in range(300)) + f"\n{ROW}", ZONE)

    assert (len(found.lines), len(found.notes), len(found.notes[0]) < 500) == (1, 1, True)


@pytest.mark.parametrize("header", ["", "kind,person", f"{HEADER},kind"])
def test_read_csv_without_its_columns_is_refused(header: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        read_csv(f"{header}\n{ROW.format(1)}")

    assert [error["line"] for error in refusal.value.extra["errors"]] == [1 if header else 2]


@pytest.mark.parametrize(
    "row", ["issue,ada@example.com", ROW.format(1) + ",more", '"issue,ada@example.com', 'a"b"c,"d"e']
)
def test_read_csv_makes_a_broken_row_a_bad_line(row: str) -> None:
    lines = read_csv(f"{HEADER}\n{row}")

    assert [(line.number, line.reading.key, line.reading.draft) for line in lines] == [(2, None, None)]


def test_read_csv_with_an_unclosed_quote_swallows_no_rows() -> None:
    lines = read_csv(f"{HEADER}\n" + '"' + ROW.format(1) + f"\n{ROW.format(2)}\n")

    assert [line.reading.draft for line in lines] == [None]
    assert lines[-1].reading.flaws[0].message.startswith("This line isn’t valid CSV")


def test_read_csv_makes_an_endless_field_a_bad_line() -> None:
    lines = read_csv(f"{HEADER}\n" + "x" * 200_000)

    assert [line.reading.flaws[0].message.startswith("This line isn’t valid CSV") for line in lines] == [True]


def test_read_csv_takes_a_time_without_offset_for_the_weeks_clocks_and_says_so() -> None:
    row = ROW.replace("2022-09-14T09:00:00-07:00", "2022-09-14 9:00")

    found = batch.read_csv(f"{HEADER}\n{row}\n{ROW.format(2)}", ZONE)

    here, there = (line.reading.draft for line in found.lines)
    assert here is not None
    assert there is not None
    assert here.occurred_at == there.occurred_at
    assert found.notes == ["Times without an offset were read at the clocks of America/Los_Angeles."]


def test_read_csv_of_an_export_leaves_out_what_is_reversed() -> None:
    rows = [f"{HEADER},reversed", f"{ROW.format(1)},true", f"{ROW.format(2)},false", "adjustment,,2022-09-14,o,1,false"]

    found = batch.read_csv("\n".join(rows), ZONE)

    assert [line.number for line in found.lines] == [3]
    assert found.notes == ["Left out 2 reversed activities and adjustments."]
