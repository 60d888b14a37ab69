"""`reviews`: a week's answer reviews in figures, in words and as JSON."""

from tests.cli.conftest import Shell


def test_reviews_of_a_week_are_figures_alone(open_week: Shell) -> None:
    document = open_week.document("reviews", "q3-2022")
    words = open_week.text("reviews", "current")

    assert (document["asked"], document["shares"], len(document["calibration"])) == (0, [], 4)
    assert words.startswith("0 of 0 answers are reviewed.\n")
    assert open_week.refusal("reviews", "nowhere").startswith("There’s no week")
