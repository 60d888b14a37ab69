"""Response clocks: from a ticket's creation or the oldest unanswered comment to the reply, in any order of arrival."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.draft import MOST_SECONDS
from app.domain.intake.clocks import response_seconds
from app.domain.intake.reports import ClockEvent, ClockFact

EIGHT = datetime(2022, 9, 14, 8, tzinfo=UTC)


def at(minutes: float, event: ClockEvent, comment: str = "") -> ClockFact:
    return ClockFact("T1", event, EIGHT + timedelta(minutes=minutes), comment)


def test_the_first_reply_counts_from_the_tickets_creation() -> None:
    facts = [at(0, "created"), at(5, "customer", "c1"), at(20, "staff", "s1")]

    assert response_seconds(facts) == {"s1": 20 * 60}


def test_a_next_reply_counts_from_the_oldest_comment_not_yet_answered() -> None:
    facts = [
        at(0, "created"), at(10, "staff", "s1"), at(30, "customer", "c1"), at(40, "customer", "c2"),
        at(90, "staff", "s2"), at(95, "staff", "s3"),
    ]  # fmt: skip

    assert response_seconds(facts) == {"s1": 600, "s2": 3600, "s3": None}


def test_a_ticket_that_staff_opened_starts_with_the_customers_first_comment() -> None:
    facts = [at(0, "staff", "s1"), at(60, "customer", "c1"), at(62, "staff", "s2")]

    assert response_seconds(facts) == {"s1": None, "s2": 120}


def test_a_creation_after_the_first_comment_by_the_clock_is_where_the_first_reply_counts_from() -> None:
    facts = [at(0, "customer", "c1"), at(1, "created"), at(2, "staff", "s1")]

    assert response_seconds(facts) == {"s1": 60}


def test_a_comment_made_private_counts_as_never_made() -> None:
    facts = [at(0, "created"), at(10, "staff", "s1"), at(20, "staff", "s2")]

    assert response_seconds(facts, withdrawn={"s1"}) == {"s2": 1200}


def test_a_wait_beyond_all_measure_is_none() -> None:
    facts = [at(0, "created"), at(MOST_SECONDS / 60, "staff", "s1")]
    later = [at(0, "created"), at(MOST_SECONDS / 60 + 1, "staff", "s1")]

    assert response_seconds(facts) == {"s1": MOST_SECONDS}
    assert response_seconds(later) == {"s1": None}


def test_the_same_instant_asks_before_it_answers() -> None:
    assert response_seconds([at(5, "staff", "s1"), at(5, "customer", "c1")]) == {"s1": 0}


@pytest.mark.parametrize("count", [1, 2])
def test_a_fact_told_twice_counts_once(count: int) -> None:
    facts = [at(0, "created"), at(5, "staff", "s1")] * count

    assert response_seconds(facts) == {"s1": 300}


COMMENTS = st.lists(
    st.builds(at, st.integers(0, 5), st.sampled_from(["created", "customer", "staff"]), st.sampled_from("abcdef")),
    max_size=6,
)


@given(COMMENTS, st.data())
def test_any_order_of_arrival_gives_the_same(facts: list[ClockFact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts))

    assert response_seconds(shuffled) == response_seconds(facts)


def test_every_order_of_one_conversation_gives_the_same() -> None:
    facts = [at(0, "created"), at(3, "staff", "s1"), at(3, "customer", "c1"), at(9, "staff", "s2")]

    assert {tuple(sorted(response_seconds(order).items())) for order in permutations(facts)} == {
        (("s1", 180), ("s2", None))
    }
