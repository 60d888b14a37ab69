"""The rules in words, and that their examples are what scoring gives."""

from app.config import PROJECT
from app.domain.rulebook.chapters import Article, tell, title_with_points
from app.domain.rules import Rules, parse_rules

DEFAULTS = (PROJECT / "scoring_rules.toml").read_text(encoding="utf-8")


def rules_of(text: str) -> Rules:
    rules, mistakes = parse_rules(text)
    assert rules is not None, mistakes
    return rules


def articles(text: str) -> dict[str, Article]:
    return {article.title: article for chapter in tell(rules_of(text)) for article in chapter.articles}


def test_tell_the_rules_that_ship() -> None:
    found = articles(DEFAULTS)

    assert found["Shift"] == Article("Shift", "+10", "10 points for each shift.", "3 shifts: 3 × 10 = 30 points.")
    assert found["Response"] == Article(
        "Response",
        "+2",
        "2 points for each response. Only the first 3 responses on one subject earn points; "
        "the others count in totals and quests.",
        "4 responses on one subject: 3 × 2 = 6 points.",
    )
    assert found["6 a.m. shift"] == Article(
        "6 a.m. shift",
        "+10",
        "10 points more for each shift between 06:00 and 07:00 (not at 07:00 itself).",
        "Shift on Wednesday at 06:00: 10 + 10 for “6 a.m. shift” = 20 points.",
    )
    assert found["All hands"] == Article(
        "All hands",
        "+15",
        "Once in the week: 3 different members each reach 1 shift. A shift beside a teammate counts here for both.",
        "When the 3rd member has 1 shift: +15.",
    )
    assert found["Ranks"].text == (
        "More points rank higher. With equal points: first more awards of “6 a.m. shift”, then more shifts, then more "
        "points from responses, then whose last points came earlier. Teams that are equal in all of this share their "
        "rank."
    )
    assert found["Customer hero"].text == (
        "For the person with the most points from responses. Equals share it; nobody wins it with zero."
    )


def test_tell_bonuses_of_every_sort() -> None:
    found = articles(
        DEFAULTS
        + """
[[bonuses]]
name = "Weekend night"
activity = "shift"
starts = { from = "22:00", until = "06:00" }
days = ["sat", "sun"]
points = 20
cap = { max = 1, per = "person-week" }

[[bonuses]]
name = "In a flash"
activity = "response"
within = "2m30s"
times = 3

[[bonuses]]
name = "Oops"
activity = "issue"
points = -3
"""
    )

    night, flash, oops = (found[name] for name in ("Weekend night", "In a flash", "Oops"))
    assert (night.worth, night.text, night.example) == (
        "+20",
        "20 points more for each shift between 22:00 and 06:00 (not at 06:00 itself), "
        "in the night that began on Saturday or Sunday. At most 1 of these bonuses by one person in the week.",
        "Shift on Saturday at 22:00: 10 + 20 for “Weekend night” = 30 points.",
    )
    assert (flash.worth, flash.example) == (
        "×3",
        "Response, answered after 1 minute 15 seconds: 2 + 1 for “Inside the 1-hour SLA” + 4 for “In a flash” "
        "= 7 points.",
    )
    assert (oops.worth, oops.text, oops.example) == (
        "−3",
        "3 points less for each issue.",
        "Issue: 5 − 3 for “Oops” = 2 points.",
    )


def test_tell_quests_of_a_day_and_of_one_member() -> None:
    busy = '[[quests]]\nname = "Busy"\nneeds = { shift = 2, response = 20 }\nper = "day"\npoints = 1\n'
    alone = '[[quests]]\nname = "Alone"\nneeds = { issue = 20 }\nmembers = 1\npoints = 10\n'

    found = articles(f"{DEFAULTS}\n{busy}\n{alone}")

    assert (found["Busy"].text, found["Busy"].example) == (
        "Once each day: the team together reaches 2 shifts and 20 responses.",
        "After 2 shifts, the 20th response completes it: +1.",
    )
    assert (found["Alone"].text, found["Alone"].example) == (
        "Once in the week: one member alone reaches 20 issues.",
        "When the first member has 20 issues: +10.",
    )


def test_tell_rules_without_bonuses_quests_and_trophies_has_no_chapters_of_them() -> None:
    rules = rules_of(DEFAULTS)

    assert [chapter.id for chapter in tell(Rules(rules.kinds))] == ["activities", "ranking"]


def test_title_with_points_is_what_forms_offer() -> None:
    rules = rules_of(DEFAULTS.replace("points = 5", "points = -5", 1))
    before = Rules(tuple(kind for kind in rules.kinds if kind.name != "issue"))

    assert [title_with_points(kind, rules, rules) for kind in ("issue", "feature_request")] == [
        "Issue, −5", "Feature request, +5",
    ]  # fmt: skip
    assert [title_with_points("issue", rules, shown) for shown in (before, None)] == ["Issue", "Issue"]
