"""The words of notices: each kind has some, typed words stand apart, and emails say the same in both forms."""

import re
from html import unescape

import pytest

from app.domain.notices.emails import Links, compose
from app.domain.notices.model import KINDS, LABELS, Kind
from app.domain.notices.wording import as_text, told

FACTS = {
    "when": "Thu 06:00–08:00 PDT", "was": "Thu 04:00–06:00 PDT", "label": "Front desk", "place": "Room 2",
    "name": "נועה", "team": "Owls", "week": "Q3 2022", "reason": "<b>Too few</b> tickets",
}  # fmt: skip
LINKS = Links("https://w/weeks/q3/shifts/5", "https://w/me/settings", "https://w/unsubscribe/au_x")


OF_WEEK = {
    "nudge", "schedule-failed", "feedback-step", "feedback-due", "card-changed", "card-due", "slack-off",
    "review-asked", "review-done",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_told_has_a_title_of_one_line_and_names_the_shift_or_week(kind: Kind) -> None:
    words = told(kind, FACTS)

    text = "\n".join(as_text(line) for line in (words.title, *words.lines))
    assert "\n" not in as_text(words.title)
    assert "Q3 2022" in text if kind in OF_WEEK else FACTS["when"] in text
    assert "Reason: \u2068<b>Too few</b> tickets\u2069" in text
    assert kind in LABELS


@pytest.mark.parametrize("kind", KINDS)
def test_told_of_no_facts_still_reads(kind: Kind) -> None:
    assert as_text(told(kind, {}).title)


def test_told_sets_what_people_typed_apart() -> None:
    assert as_text(told("offered", FACTS).title) == "\u2068נועה\u2069 offers a seat: Thu 06:00–08:00 PDT"
    assert as_text(told("soon", FACTS, 28).title) == "Your shift starts in 28 min"


def test_compose_says_the_same_as_text_and_as_html() -> None:
    made = compose("Ada & Co", told("cancelled", FACTS), LINKS)

    plain = re.sub(r"[\u2068\u2069]", "", made.text)
    words = unescape(re.sub(r"<[^>]+>", " ", made.html.partition("<body")[2]))
    for said in ("Hello Ada & Co,", "Cancelled: shift Thu 06:00–08:00 PDT", "Reason: <b>Too few</b> tickets"):
        assert said in plain
        assert re.sub(r"\s", "", said) in re.sub(r"\s", "", words)
    assert "<b>Too few" not in made.html
    assert [link in made.text and f'href="{link}"' in made.html for link in LINKS] == [True, True, True]
