"""Recording and reading activities: statuses, fields, repeats, batches, lists."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.domain.actor import Scope
from app.services.ledger.drafts import DraftIn
from app.services.people import people
from tests.builders import ADA, CATS, DUA, GUS, OWLS, SLUG, an_activity
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, assert_problem

FIELDS = [
    "id", "week", "kind", "person", "team", "team_id", "occurred_at", "recorded_at", "source", "external_id",
    "subject", "response_seconds", "url", "note", "recorded_by", "reversed",
]  # fmt: skip


@BOTH_ENGINES
def test_a_new_activity_is_201_and_shows_every_field(site: RunningApp) -> None:
    answer = site.record(
        kind="response", person="  ADA@Example.com ", occurred_at="2022-09-14T06:04:10.123456789-07:00",
        external_id="comment-1", subject="ticket-1", response_seconds=90, url="https://example.com/1", note="Zoë\n!",
    )  # fmt: skip

    document = answer.json()
    assert (answer.status_code, list(document)) == (201, FIELDS)
    assert len(document.pop("id")) == 16
    assert document == {
        "week": SLUG,
        "kind": "response",
        "person": ADA,
        "team": OWLS,
        "team_id": site.game.team_id(OWLS),
        "occurred_at": "2022-09-14T13:04:10.123456Z",
        "recorded_at": "2022-09-14T20:00:00.000000Z",
        "source": "github",
        "external_id": "comment-1",
        "subject": "ticket-1",
        "response_seconds": 90,
        "url": "https://example.com/1",
        "note": "Zoë\n!",
        "recorded_by": "activities:write",
        "reversed": False,
    }


@BOTH_ENGINES
def test_a_repeat_is_200_with_the_first_one_whatever_else_it_says(site: RunningApp) -> None:
    first = site.record(external_id="one", person=ADA)

    again = site.record(external_id="one", person="nobody@example.com", occurred_at="1999-01-01T00:00:00Z", note="\0")

    assert (again.status_code, again.json()) == (200, first.json())
    assert site.points() == {OWLS: 5, CATS: 0}


WRITER: Scope = "activities:write"
KEY = {"kind": "issue", "source": "github", "external_id": "one"}


def repeated(site: RunningApp, *scopes: Scope, **changes: Any) -> list[dict[str, Any]]:
    """The answer to a repeat, whole and by its key alone, by the route and then by the fast path."""
    bodies = [an_activity(external_id="one", **changes), KEY]
    answers = [site.post(f"{WEEK}/activities", *scopes, json=body) for body in [*bodies, *bodies]]
    assert [answer.status_code for answer in answers] == [200] * 4
    return [answer.json() for answer in answers]


@BOTH_ENGINES
def test_a_repeat_tells_who_may_write_alone_no_more_than_id_and_key(site: RunningApp) -> None:
    first = site.post(f"{WEEK}/activities", "admin", json=an_activity(external_id="one", note="a secret")).json()

    assert repeated(site, WRITER) == [{"id": first["id"], **KEY}] * 4
    assert repeated(site, WRITER, "read") == [first] * 4
    assert repeated(site, "admin") == [first] * 4


def test_a_repeat_tells_the_writer_of_the_first_one_all_of_it(site: RunningApp) -> None:
    first = site.record(external_id="one", note="a secret").json()

    assert repeated(site, WRITER) == [first] * 4


def test_a_repeat_tells_readers_nothing_that_a_freeze_hides(site: RunningApp) -> None:
    site.game.freeze()
    first = site.post(f"{WEEK}/activities", "admin", json=an_activity(external_id="one", note="a secret")).json()

    assert repeated(site, WRITER) == [{"id": first["id"], **KEY}] * 4
    assert repeated(site, WRITER, "read") == [{"id": first["id"], **KEY}] * 4
    assert repeated(site, "admin") == [first] * 4
    site.game.reveal()
    assert repeated(site, WRITER, "read") == [first] * 4


def test_a_repeat_does_not_tell_what_came_of_it_after_a_freeze(site: RunningApp) -> None:
    before = site.record(external_id="one").json()
    site.game.freeze()
    site.post(f"{API}/activities/{before['id']}/reversal", "ledger:correct", json={"reason": "Counted twice"})

    assert repeated(site, WRITER) == [before] * 4
    assert repeated(site, WRITER, "read") == [before] * 4
    assert repeated(site, "admin") == [{**before, "reversed": True}] * 4


def test_a_report_during_a_freeze_does_not_tell_the_team_somebody_joined_since(site: RunningApp) -> None:
    site.game.freeze()
    site.game.team("Foxes", GUS)

    scopes: list[Scope] = [WRITER, "admin"]
    answers = [site.post(f"{WEEK}/activities", scope, json=an_activity(person=GUS)) for scope in scopes]

    assert [(answer.status_code, answer.json()["team"]) for answer in answers] == [(201, None), (201, "Foxes")]


def test_copies_of_two_writers_at_once_tell_one_of_them_all(site: RunningApp) -> None:
    copy = an_activity(external_id="one", note="a secret")
    scopes: list[tuple[Scope, ...]] = [("activities:write",), ("activities:write", "ledger:correct")]
    for scope in scopes:
        site.token(*scope)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda own: site.post(f"{WEEK}/activities", *own, json=copy), scopes * 10))

    told = {(answer.request.headers["authorization"], "note" in answer.json()) for answer in answers}
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert sorted(is_whole for _, is_whole in told) == [False, True]


@BOTH_ENGINES
def test_twenty_copies_at_once_are_one_activity(site: RunningApp) -> None:
    copy = an_activity()
    site.token("activities:write")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: site.record(**copy), range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert site.board()["totals"]["issue"] == 1


@BOTH_ENGINES
def test_acknowledged_activity_is_on_the_next_board(site: RunningApp) -> None:
    seen = []

    for number in range(10):
        site.record(external_id=f"issue-{number}").raise_for_status()
        seen.append(site.points()[OWLS])

    assert seen == [5 * (number + 1) for number in range(10)]


def test_refusals_have_the_status_and_the_sentence_of_their_cause(site: RunningApp) -> None:
    site.game.at("2022-09-14 12:00").close()
    closed = assert_problem(site.record(), 409)
    site.game.open()

    refused = {
        "person": assert_problem(site.record(person="nobody@example.com"), 404),
        "kind": assert_problem(site.record(kind="dance"), 422),
        "early": assert_problem(site.record(occurred_at="2022-09-11T23:59:59-07:00"), 409),
        "late": assert_problem(site.record(occurred_at="2022-09-17T00:00:00-07:00"), 409),
        "future": assert_problem(site.record(occurred_at="2022-09-14T13:05:01-07:00"), 409),
        "week": assert_problem(site.post(f"{API}/weeks/q1-1999/activities", "activities:write", json={}), 404),
    }

    assert closed == "Q3-2022 is closed. Ask an organizer to reopen it."
    assert refused == {
        "person": "No person with the email nobody@example.com. Add them first.",
        "kind": "“dance” isn’t a kind of activity here. The rules know "
        "shift, response, issue, feature_request, knowledge_card.",
        "early": "2022-09-11 23:59 is outside week Q3-2022, "
        "which runs from 2022-09-12 to 2022-09-16 (America/Los_Angeles).",
        "late": "2022-09-17 00:00 is outside week Q3-2022, "
        "which runs from 2022-09-12 to 2022-09-16 (America/Los_Angeles).",
        "future": "occurred_at is in the future. Record an activity once it has happened.",
        "week": "There’s no week “q1-1999”.",
    }
    assert site.get(f"{WEEK}/activities", "read").json() == {"items": [], "next_cursor": None}


def test_the_edges_of_the_week_and_of_the_clock_are_inside(site: RunningApp) -> None:
    first = site.record(occurred_at="2022-09-12T00:00:00-07:00")
    ahead = site.record(occurred_at="2022-09-14T13:05:00-07:00")
    site.clock.set("2022-09-17 00:00")
    last = site.record(occurred_at="2022-09-16T23:59:59.999999-07:00")

    assert [answer.status_code for answer in (first, ahead, last)] == [201, 201, 201]


def test_a_closed_week_still_knows_what_it_has(site: RunningApp) -> None:
    first = site.record(external_id="one")
    site.game.close()

    again, other = site.record(external_id="one"), site.record(external_id="two")

    assert (again.status_code, again.json(), other.status_code) == (200, first.json(), 409)


def test_work_of_a_moved_member_stays_where_it_was_done(site: RunningApp) -> None:
    site.clock.set("2022-09-15 09:00")
    site.game.leave(DUA)
    site.game.team(CATS, ADA)

    late = site.record(external_id="late", occurred_at="2022-09-14T09:00:00-07:00").json()
    new = site.record(external_id="new", occurred_at="2022-09-15T09:00:00-07:00").json()

    assert (late["team"], new["team"], site.points()) == (OWLS, CATS, {OWLS: 5, CATS: 5})


def test_work_of_somebody_without_a_team_counts_in_totals_alone(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        people.find_or_create(session, GUS, "Gus Björk", site.clock.now)

    document = site.record(person=GUS).json()

    assert (document["person"], document["team"], document["team_id"]) == (GUS, None, None)
    assert (site.board()["totals"]["issue"], site.points()) == (1, {OWLS: 0, CATS: 0})


def test_everything_wrong_with_an_activity_is_said_at_once(site: RunningApp) -> None:
    body = {"kind": "Issue", "person": "ada", "occurred_at": "2022-09-14T09:00:00", "source": "", "extra": 1}

    answer = site.post(f"{WEEK}/activities", "activities:write", json=body)

    assert_problem(answer, 422, "errors")
    assert [error["field"] for error in answer.json()["errors"]] == [
        "kind", "person", "occurred_at", "source", "external_id", "extra",
    ]  # fmt: skip
    assert [list(error) for error in answer.json()["errors"]] == [["field", "message"]] * 6


def test_the_limits_of_the_contract_are_inside(site: RunningApp) -> None:
    longest = "é" * 200

    good = site.record(source=longest, external_id=longest, subject=longest, response_seconds=10_000_000)
    bad = [
        site.record(**{name: value}).status_code
        for name, value in [
            ("source", longest + "e"), ("external_id", longest + "e"), ("subject", longest + "e"),
            ("response_seconds", 10_000_001), ("response_seconds", -1), ("response_seconds", True),
            ("response_seconds", 1.0), ("response_seconds", "1"),
        ]
    ]  # fmt: skip

    assert (good.status_code, bad) == (201, [422] * 8)


def test_an_empty_subject_is_none(site: RunningApp) -> None:
    assert site.record(subject="").json()["subject"] is None


@BOTH_ENGINES
def test_a_batch_counts_what_is_new_and_what_is_known(site: RunningApp) -> None:
    site.record(external_id="one")

    first = site.batch(an_activity(external_id="one"), an_activity(external_id="two"), an_activity(external_id="two"))
    site.game.close()
    repeats = site.batch(an_activity(external_id="one"), an_activity(external_id="two"))

    assert [(answer.status_code, answer.json()) for answer in (first, repeats)] == [
        (200, {"recorded": 1, "repeated": 2}),
        (200, {"recorded": 0, "repeated": 2}),
    ]
    assert site.board()["totals"]["issue"] == 2


@BOTH_ENGINES
def test_a_batch_with_bad_lines_records_nothing_and_names_each_line(site: RunningApp) -> None:
    good = an_activity()

    answer = site.batch(
        good, "", "{", an_activity(person="nobody@example.com"), an_activity(kind="dance"),
        an_activity(occurred_at="1999-01-01T00:00:00Z"), "[]", '"\\ud800"', "NaN", good,
    )  # fmt: skip

    assert_problem(answer, 422, "errors")
    assert [error["line"] for error in answer.json()["errors"]] == [3, 4, 5, 6, 7, 8, 9]
    assert {tuple(error) for error in answer.json()["errors"]} == {("line", "message")}
    assert site.board()["totals"]["issue"] == 0


def test_a_batch_takes_ten_thousand_lines_and_not_one_more(site: RunningApp) -> None:
    lines = [an_activity(external_id=str(number)) for number in range(10_000)]

    refused = site.batch(*lines, an_activity())
    answer = site.batch("", *lines, "")

    assert assert_problem(refused, 422, "errors") == "A batch takes at most 10,000 lines. Send the rest in another one."
    assert refused.json()["errors"] == [{"line": 10_001, "message": "This line is one too many."}]
    assert (answer.status_code, answer.json()) == (200, {"recorded": 10_000, "repeated": 0})


def test_blank_lines_of_a_batch_do_not_count(site: RunningApp) -> None:
    body = "\n" * 20_000 + "\r\n".join(f"{each}" for each in ["", " ", ""]) + "\n"

    answer = site.post(f"{WEEK}/activities/batch", "activities:write", content=body)

    assert (answer.status_code, answer.json()) == (200, {"recorded": 0, "repeated": 0})


def test_a_batch_into_an_unknown_week_is_404(site: RunningApp) -> None:
    assert_problem(site.post(f"{API}/weeks/q1-1999/activities/batch", "activities:write", content=b""), 404)


@BOTH_ENGINES
def test_the_ledger_is_read_page_by_page_in_the_order_it_was_recorded(site: RunningApp) -> None:
    for number in range(5):
        site.record(external_id=str(number), person=(ADA, DUA)[number % 2])
    seen: list[list[str]] = []

    cursor: str | None = ""
    while cursor is not None:
        page = site.get(f"{WEEK}/activities", "read", params={"cursor": cursor, "limit": 2}).json()
        assert list(page) == ["items", "next_cursor"]
        seen.append([item["external_id"] for item in page["items"]])
        cursor = page["next_cursor"]

    assert seen == [["0", "1"], ["2", "3"], ["4"]]


def test_an_adjustment_in_the_ledger_has_its_points_and_reason(site: RunningApp) -> None:
    site.adjust(OWLS, 5)

    item = site.get(f"{WEEK}/activities", "read").json()["items"][0]

    assert list(item) == [*FIELDS, "points", "reason"]
    assert (item["person"], item["team"], item["points"], item["reason"]) == (None, OWLS, 5, "For the spirit")


def test_optional_fields_may_be_null(site: RunningApp) -> None:
    optional = [name for name, info in DraftIn.model_fields.items() if not info.is_required()]
    body = {**an_activity(), **dict.fromkeys(optional)}

    answer = site.post(f"{WEEK}/activities", "activities:write", json=body)

    assert (answer.status_code, {answer.json()[name] for name in optional}) == (201, {None})


def test_byte_order_mark_before_a_body_does_no_harm(site: RunningApp) -> None:
    one, other = (json.dumps(an_activity(external_id=number)).encode() for number in ("1", "2"))
    mark = b"\xef\xbb\xbf"

    recorded = site.post(f"{WEEK}/activities", "activities:write", content=mark + one)
    batch = site.post(f"{WEEK}/activities/batch", "activities:write", content=mark + other + b"\n" + one)

    assert recorded.status_code == 201
    assert (batch.status_code, batch.json()) == (200, {"recorded": 1, "repeated": 1})


def test_list_in_place_of_lines_is_told_in_one_sentence(site: RunningApp) -> None:
    answer = site.post(f"{WEEK}/activities/batch", "activities:write", content=json.dumps([an_activity()], indent=1))

    assert answer.status_code == 422
    assert [error["line"] for error in answer.json()["errors"]] == [1]


@pytest.mark.parametrize("person", ["mailto:ada@example.com", "Ada <ada@example.com>", '"ada@example.com,"'])
def test_person_is_found_by_an_email_as_people_write_it(site: RunningApp, person: str) -> None:
    assert site.record(person=person).json()["person"] == ADA
