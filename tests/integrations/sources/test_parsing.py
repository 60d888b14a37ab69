"""Deliveries as read: what each source reports, whom it names, what it ignores, and bodies that are none of its own."""

import copy
import json
from collections.abc import Iterator
from dataclasses import astuple, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.intake.reports import Author, ClockFact, DeliveryUnreadable, Parsed, Withdrawal, Work
from tests.integrations.sources.samples import (
    ALL,
    CANNY,
    GITHUB,
    GURU,
    JIRA,
    LINEAR,
    MESSAGING,
    STANDARD,
    TRIGGER,
    ZENDESK,
    Sample,
)

EIGHT = datetime(2022, 9, 14, 8, tzinfo=UTC)
TEN_PAST = EIGHT + timedelta(minutes=10)
OPENED_AT = EIGHT - timedelta(minutes=30)
CREATED = ClockFact("4711", "created", OPENED_AT, author=Author(("900",)))
ADA = Author(email="ada@example.com")
STAFF = Author(("77",))


def replied(comment: str, author: Author) -> ClockFact:
    return ClockFact("4711", "staff", TEN_PAST, comment, author)


def parsed(sample: Sample, **changes: Any) -> Parsed:
    """The sample as read, with some of its fields changed: dots as two underscores, `...` to leave one out."""
    body = copy.deepcopy(sample.body)
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = body
        for name in parents:
            inner = inner[name]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    reading: Parsed = sample.source.parse(sample.envelope(body))
    return reading


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (GITHUB, Parsed("d-1", (Work("issue", "12/345", EIGHT, Author(("7", "@ada"), name="Ada"), url="https://example.com/i/1"),))),
        (LINEAR, Parsed("d-2", (Work("issue", "i-1", EIGHT, Author(("u-1",), "ada@example.com")),))),
        (JIRA, Parsed("w-1", (Work("issue", "10002", EIGHT, Author(("a-1",))),))),
        (
            CANNY,
            Parsed(
                "0b5c1d7e",
                (Work("feature_request", "p-1", EIGHT, Author(("c-9",), ADA.email), url="https://example.com/p/1"),),
            ),
        ),
        (GURU, Parsed("e-1", (Work("knowledge_card", "card-1", EIGHT, ADA),))),
        (
            STANDARD,
            Parsed("msg_1", (Work("issue", "9", EIGHT, ADA, "T1", 60, note="Two\nlines", source="tracker"),)),
        ),
        (
            TRIGGER,
            Parsed(
                "inv-1",
                (
                    ClockFact("4711", "created", OPENED_AT),
                    replied("555", ADA),
                    Work("response", "555", TEN_PAST, ADA, "4711"),
                ),
            ),
        ),
        (
            MESSAGING,
            Parsed(
                "01GCY",
                (
                    replace(CREATED, channel="chat"),
                    replace(replied("m-1", STAFF), channel="chat"),
                    Work("response", "m-1", TEN_PAST, STAFF, "4711"),
                ),
                "Only messages of agents and customers count.",
            ),
        ),
    ],
)  # fmt: skip
def test_a_delivery_reports_work_and_who_did_it(sample: Sample, expected: Parsed) -> None:
    assert parsed(sample) == expected


def test_a_public_comment_of_zendesks_staff_is_a_response_and_stops_the_clock() -> None:
    at = TEN_PAST.replace(microsecond=123456)

    assert parsed(ZENDESK) == Parsed(
        "01GCX",
        (CREATED, ClockFact("4711", "staff", at, "555", STAFF), Work("response", "555", at, STAFF, subject="4711")),
    )


def test_a_customers_comment_starts_the_clock_and_is_no_activity() -> None:
    reports = parsed(ZENDESK, event__comment__author={"id": "900", "is_staff": False}).reports

    assert [(type(each).__name__, getattr(each, "event", "")) for each in reports] == [
        ("ClockFact", "created"), ("ClockFact", "customer"),
    ]  # fmt: skip


def test_a_member_of_staff_who_is_the_requester_is_a_customer() -> None:
    reports = parsed(ZENDESK, event__comment__author={"id": "900", "is_staff": True}).reports

    assert not any(isinstance(each, Work) for each in reports)


def test_a_ticket_that_staff_opened_starts_no_clock() -> None:
    assert CREATED not in parsed(ZENDESK, detail__submitter_id="77").reports


def test_a_private_note_counts_never_and_a_comment_made_private_no_longer() -> None:
    assert parsed(ZENDESK, event__comment__is_public=False).reports == ()
    assert parsed(ZENDESK, type="zen:event-type:ticket.comment_made_private").reports == (
        Withdrawal("response", "555", "private"),
    )


@pytest.mark.parametrize(
    ("sample", "changes"),
    [
        (GITHUB, {"action": "closed"}),
        (GITHUB, {"changes": {"old_issue": {"id": 1}}}),
        (GITHUB, {"issue__user__type": "Bot"}),
        (LINEAR, {"type": "Comment"}),
        (LINEAR, {"action": "update"}),
        (LINEAR, {"actor__type": "integration"}),
        (LINEAR, {"data__botActor": {"type": "github"}}),
        (JIRA, {"webhookEvent": "jira:issue_updated"}),
        (JIRA, {"user__accountType": "app"}),
        (CANNY, {"type": "post.status_changed"}),
        (GURU, {"eventType": "card-updated"}),
        (MESSAGING, {"event__actor__type": "system"}),
        (ZENDESK, {"type": "zen:event-type:ticket.status_changed"}),
    ],
)
def test_all_else_is_ignored_and_the_reason_said(sample: Sample, changes: dict[str, Any]) -> None:
    reading = parsed(sample, **changes)

    assert not reading.reports
    assert reading.ignored.endswith((".", "works."))


def test_a_ping_of_github_is_ignored() -> None:
    assert GITHUB.source.parse(GITHUB.envelope(b"{}", x_github_event="ping")).ignored == "A ping: the connection works."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actor": ...}, Author(("u-1",))),
        ({"actor__email": None}, Author(("u-1",))),
        ({"actor__email": ..., "data__creator": {"id": "u-2", "email": "ben@example.com"}, "data__creatorId": "u-2"},
         Author(("u-2",), "ben@example.com")),
        ({"actor": ..., "data__creatorId": ...}, None),
    ],
)  # fmt: skip
def test_the_author_of_a_linear_issue_is_whom_it_names_first(changes: dict[str, Any], expected: Author | None) -> None:
    (work,) = parsed(LINEAR, **changes).reports

    assert isinstance(work, Work)
    assert work.author == expected


def test_a_post_that_an_admin_made_for_a_customer_is_the_admins() -> None:
    (work,) = parsed(CANNY, object__by={"id": "a-1", "email": "ben@example.com"}).reports

    assert isinstance(work, Work)
    assert work.author == Author(("a-1",), "ben@example.com")


def test_a_jira_issue_without_its_own_time_has_the_deliverys() -> None:
    (work,) = parsed(JIRA, issue__fields=None).reports

    assert isinstance(work, Work)
    assert work.occurred_at == EIGHT


@pytest.mark.parametrize("wrap", [
    lambda event: [event, event],
    lambda event: {"items": [{"data": {"messages": [{"data": json.dumps(event)}, {"data": json.dumps([event])}]}}]},
])  # fmt: skip
def test_guru_sends_one_event_a_list_or_a_batch(wrap: Any) -> None:
    reading = GURU.source.parse(GURU.envelope(wrap(GURU.body)))

    assert reading == Parsed(None, (Work("knowledge_card", "card-1", EIGHT, ADA),) * 2)


def test_a_message_of_guru_that_holds_no_event_is_set_aside() -> None:
    twice_json = json.dumps(json.dumps(GURU.body))

    with pytest.raises(DeliveryUnreadable, match="isn’t a JSON object"):
        GURU.source.parse(GURU.envelope({"items": [{"data": {"messages": [{"data": twice_json}]}}]}))


@pytest.mark.parametrize(("sample", "changes"), [(LINEAR, {"action": "remove"}), (CANNY, {"type": "post.deleted"}),
                                                 (JIRA, {"webhookEvent": "jira:issue_deleted"})])  # fmt: skip
def test_what_is_gone_is_withdrawn(sample: Sample, changes: dict[str, Any]) -> None:
    (withdrawal,) = parsed(sample, **changes).reports

    assert isinstance(withdrawal, Withdrawal)
    assert withdrawal.cause == "gone"


def spoilt(value: Any) -> Iterator[Any]:
    """The value with each of its fields missing, and of each other type, one at a time."""
    yield from (None, True, 0, -1, 1e308, 10**40, "", "\ud800", "x\0y", "x" * 300)
    yield from ([], {}, [[]], {"id": {"id": []}})
    if isinstance(value, dict):
        for name, inner in value.items():
            yield {key: other for key, other in value.items() if key != name}
            for worse in spoilt(inner):
                yield {**value, name: worse}


@pytest.mark.parametrize("sample", [pytest.param(sample, id=name) for name, sample in ALL.items()])
def test_any_field_may_be_missing_or_of_another_type(sample: Sample) -> None:
    for body in spoilt(sample.body):
        try:
            reading = sample.source.parse(sample.envelope(body))
        except DeliveryUnreadable as unreadable:
            assert str(unreadable).endswith(".")  # noqa: PT017 - either outcome is right, anything else is not
        else:
            for text in texts(reading):
                assert "\0" not in text.encode().decode(), "no database takes these"


def texts(value: Any) -> Iterator[str]:
    """Every text inside of a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from texts(astuple(value))


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 200_000, b"1" * 5_000, b"null", b"[1]", b'"x"', b"7"])
@pytest.mark.parametrize("sample", [pytest.param(sample, id=name) for name, sample in ALL.items()])
def test_a_body_that_is_no_object_is_unreadable_whatever_its_event(sample: Sample, body: bytes) -> None:
    with pytest.raises(DeliveryUnreadable, match="The body isn’t"):
        sample.source.parse(sample.envelope(body))
    if sample is GITHUB:
        with pytest.raises(DeliveryUnreadable):
            sample.source.parse(sample.envelope(body, x_github_event="push"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_seconds", "60"), ("response_seconds", 60.5), ("response_seconds", 1e8), ("url", "javascript:x()"),
        ("kind", ["issue"]), ("external_id", 7.0), ("source", "a\nb"), ("occurred_at", "2022-09-14T08:00:00"),
        ("occurred_at", 1_663_142_400), ("url", "example.com"), ("note", "a\0b"), ("note", 7), ("subject", "x" * 201),
        ("person", ["ada@example.com"]),
    ],
)  # fmt: skip
def test_an_activity_with_a_value_that_cannot_be_read_is_none(field: str, value: Any) -> None:
    with pytest.raises(DeliveryUnreadable, match=f"“{field}” must be"):
        parsed(STANDARD, **{field: value})


@pytest.mark.parametrize(
    ("sample", "changes", "flaw"),
    [
        (TRIGGER, {"comment_id": "{{ticket.latest_public_comment.id}}"}, "“comment_id” holds no value"),
        (TRIGGER, {"ticket_id": "none"}, "“ticket_id” holds no value"),
        (TRIGGER, {"ticket_created_at": "{{ticket.created_at_with_timestamp}}"}, "“ticket_created_at” holds no value"),
        (TRIGGER, {"author_email": "{{current_user.email}}"}, "“author_email” holds no value"),
        (TRIGGER, {"template": "assembly-week-2"}, "Paste it again"),
        (ZENDESK, {"type": None}, "Paste it again"),
        (ZENDESK, {"event__comment__is_public": None}, "whether the comment is public"),
    ],
)
def test_what_zendesk_left_out_is_told(sample: Sample, changes: dict[str, Any], flaw: str) -> None:
    with pytest.raises(DeliveryUnreadable, match=flaw):
        parsed(sample, **changes)


def test_our_own_format_takes_ids_as_they_are_and_emails_as_people_write_them() -> None:
    changes = {"external_id": " 9 ", "subject": "T1 ", "source": "tracker ", "person": "Ada <mailto:ADA@example.com>,"}

    (work,) = parsed(STANDARD, **changes).reports

    assert isinstance(work, Work)
    assert (work.external_id, work.subject, work.source, work.author) == (" 9 ", "T1 ", "tracker ", ADA)


@pytest.mark.parametrize("field", ["response_seconds", "url", "note", "subject", "person"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_what_an_activity_may_leave_out_may_be_empty(field: str, nothing: Any) -> None:
    assert len(parsed(STANDARD, **{field: nothing}).reports) == 1
