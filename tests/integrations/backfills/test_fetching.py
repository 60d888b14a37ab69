"""Fetching: each tool's pages become what its webhook would have said, and every other answer a sentence."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.intake.backfills import Access, Item, Page
from app.domain.intake.reports import Author, ClockFact, Withdrawal, Work
from app.integrations.backfills import fetching
from app.integrations.backfills.fetching import AccessRefused, AskedTooOften
from app.integrations.backfills.pages import AnswerUnreadable
from app.integrations.outbound import AddressRefused, Outbound, Unreachable
from app.integrations.sources import registry
from tests.receiver import answer
from tests.stand_ins import KEYS, StandIn, issue, json_answer, stand_in

SINCE = datetime(2022, 9, 13, tzinfo=UTC)
NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
KINDS = pytest.mark.parametrize("kind", list(KEYS))
CLIENT = Outbound(allow_private=True, timeout=5)


def one_page(tool: StandIn, cursor: str | None = None, *, client: Outbound = CLIENT, key: str = "") -> Page:
    access = Access(tool.url, key or KEYS[tool.kind], ("acme/support",) if tool.kind == "github" else ())
    return fetching.fetch(client, tool.kind, access, SINCE, cursor, NOW)


def pages_of(tool: StandIn) -> Iterator[Page]:
    page = one_page(tool)
    yield page
    while page.cursor is not None:
        page = one_page(tool, page.cursor)
        yield page


def reports(tool: StandIn) -> list[Any]:
    """The reports of all items, read as those of webhooks are."""
    items = [item for page in pages_of(tool) for item in page.items]
    return [report for item in items for report in registry.parse(tool.kind, item.headers, item.body).reports]


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2022-09-14T{clock}+00:00")


def test_zendesk_tells_replies_clock_facts_and_withdrawals() -> None:
    with stand_in("zendesk") as tool:
        told = reports(tool)

    ada, bo, customer = Author(("7700123",)), Author(("7700124",)), Author(("35436",))
    created = ClockFact("5158", "created", at("08:00:00"), author=customer)
    assert told == [
        created,
        ClockFact("5158", "customer", at("08:10:00"), "101", customer),
        created,
        ClockFact("5158", "staff", at("08:30:00"), "102", ada),
        Work("response", "102", at("08:30:00"), ada, subject="5158"),
        created,
        ClockFact("5158", "customer", at("09:00:00"), "104", customer),
        created,
        ClockFact("5158", "staff", at("09:20:00"), "105", bo),
        Work("response", "105", at("09:20:00"), bo, subject="5158"),
        Withdrawal("response", "102", "private"),
    ]


def test_github_tells_issues_and_no_pull_requests() -> None:
    with stand_in("github") as tool:
        told = reports(tool)

    url = "https://github.com/acme/support/issues/"
    assert told == [
        Work("issue", "7/11", at("08:00:00"), Author(("21", "@ada"), name="Ada"), url=f"{url}11"),
        Work("issue", "7/14", at("09:10:00"), None, url=f"{url}14"),
    ]


def test_linear_tells_issues_of_people() -> None:
    with stand_in("linear") as tool:
        told = reports(tool)

    ada = Author(("u-1",), "ada@example.com")
    first, last = at("08:00:00.120000"), at("09:00:00.120000")
    assert told == [
        Work("issue", "a", first, ada, url="https://linear.app/acme/issue/a"),
        Work("issue", "c", last, None, url="https://linear.app/acme/issue/c"),
    ]


def test_canny_tells_posts_down_to_the_day_that_was_asked_for() -> None:
    with stand_in("canny") as tool:
        told = reports(tool)

    ada, customer = Author(("c-1",), "ada@example.com"), Author(("c-9",), "customer@example.org", is_customer=True)
    assert [(each.external_id, each.author) for each in told] == [("p2", ada), ("p3", customer), ("p1", ada)]


@KINDS
def test_no_text_of_anybody_is_in_what_is_kept(kind: str) -> None:
    with stand_in(kind) as tool:
        kept = b"".join(item.body for page in pages_of(tool) for item in page.items)

    assert [word for word in (b"words", b"title", b"details", b"wish", b"name") if word in kept] == []


@KINDS
def test_a_wrong_key_is_refused_for_good(kind: str) -> None:
    with stand_in(kind) as tool, pytest.raises(AccessRefused, match="doesn’t accept the API key"):
        one_page(tool, key="another-key")


@KINDS
@pytest.mark.parametrize("garbage", [b"<html>", b"[1, 2]", b"{}", b"null", b'{"data": 5}', b"\xff\xfe", b"[" * 100_000])
def test_garbage_is_unreadable(kind: str, garbage: bytes) -> None:
    with stand_in(kind) as tool:
        tool.first = [answer(200, body=garbage)]

        with pytest.raises(AnswerUnreadable):
            one_page(tool)


@KINDS
def test_items_of_any_shape_are_left_out(kind: str) -> None:
    untimely = {"id": "1", "created_at": "soon", "createdAt": "soon", "created": "soon", "child_events": [3, None]}
    strange: list[Any] = [
        None,
        5,
        "x",
        [],
        {},
        {"id": {}},
        {"id": True, "created_at": 9e99},
        {"child_events": {"id": []}},
    ]
    with stand_in(kind, [[*strange, untimely]]) as tool:
        assert [page.items for page in pages_of(tool)] == [()]


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, ["Retry-After: 37"], b"", 37),
        (429, ["Retry-After: Wed, 14 Sep 2022 20:01:40 GMT"], b"", 100),
        (429, ["Retry-After: soon"], b"", 60),
        (429, ["Retry-After: 999999999999"], b"", 3600),
        (429, [], b"", 60),
        (503, ["Retry-After: 5"], b"", 5),
        (403, ["X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {int(NOW.timestamp()) + 90}"], b"", 90),
        (403, ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: -1"], b"", 60),
        (400, [], b'{"errors": [{"extensions": {"code": "RATELIMITED"}}]}', 60),
    ],
)
def test_a_tool_that_was_asked_too_often_is_left_alone(
    status: int, headers: list[str], body: bytes, seconds: float
) -> None:
    with stand_in("github") as tool:
        tool.first = [answer(status, *headers, body=body)]

        with pytest.raises(AskedTooOften) as refusal:
            one_page(tool)

    assert refusal.value.seconds == seconds


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "may not read this"),
        (404, "nothing at this address"),
        (302, "isn’t followed"),
        (422, "status 422"),
    ],
)
def test_what_would_be_refused_again_is_not_tried_again(status: int, sentence: str) -> None:
    with stand_in("linear") as tool:
        tool.first = [answer(status, f"Location: {tool.url}/elsewhere")]

        with pytest.raises(AccessRefused, match=sentence):
            one_page(tool)

    assert len(tool.asked) == 1


def test_a_failing_tool_is_tried_again() -> None:
    with stand_in("linear") as tool:
        tool.first = [answer(500), json_answer({"errors": [{"message": "no"}], "data": None})]

        with pytest.raises(AnswerUnreadable, match="status 500"):
            one_page(tool)
        with pytest.raises(AnswerUnreadable, match="Check what the key may read"):
            one_page(tool)


def test_a_page_that_takes_too_long_is_given_up_between_two_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 100.0, 201.0])
    monkeypatch.setattr(fetching, "monotonic", lambda: next(moments))

    with stand_in("github") as tool, pytest.raises(AnswerUnreadable, match="longer than 3 minutes"):
        one_page(tool)

    assert len(tool.asked) == 1


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with stand_in("github", [[issue(1, "08:00:00", body="x" * 200_000)]]) as tool, pytest.raises(Unreachable):
        one_page(tool, client=Outbound(allow_private=True, largest=100_000))


def test_a_private_address_is_not_asked() -> None:
    with stand_in("github") as tool, pytest.raises(AddressRefused):
        one_page(tool, client=Outbound())

    assert tool.asked == []


def test_a_next_page_that_leads_elsewhere_is_asked_for_at_the_address_that_was_set() -> None:
    with stand_in("github") as tool:
        list(pages_of(tool))

    assert [each.target.partition("?")[0] for each in tool.asked] == [
        "/repos/acme/support", "/repos/acme/support/issues", "/repos/acme/support/issues",
    ]  # fmt: skip


def test_a_page_of_zendesk_that_does_not_move_on_ends() -> None:
    stuck = {"ticket_events": [], "end_time": 5, "end_of_stream": False}
    with stand_in("zendesk") as tool:
        tool.first = [json_answer(stuck)]
        page = one_page(tool, "1663000000")

    assert page == Page((), "1663000001", 6.5)


def test_a_key_is_in_no_repr() -> None:
    access = Access("https://acme.example", "a-secret-key")

    assert "a-secret-key" not in repr(access)
    assert Item("1", NOW, b"").event_id == "backfill:1"
