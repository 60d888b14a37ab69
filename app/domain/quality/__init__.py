"""Answer reviews: the marks of a rubric, who is drawn for what, shares without names, and how far reviewers agree."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Final, Literal, get_args

Mark = Literal["yes", "partly", "no", "na"]
MARKS: tuple[Mark, ...] = get_args(Mark)
LABELS: Final[dict[Mark, str]] = {"yes": "Yes", "partly": "Partly", "no": "No", "na": "Doesn’t apply"}
QUESTIONS: Final = (
    "Does it answer the question?",
    "Is it true and complete?",
    "Is it clear and kind?",
    "Are the next step and its trail there?",
)
"""The rubric that comes with the program."""
MOST_ANSWERS: Final = 2
"""The answers of one person in a week that are reviewed."""
CALIBRATED: Final = 3
"""The answers that all reviewers mark blind."""
FEWEST: Final = 5
"""The reviews, and their authors, from which on shares are told."""
FEWEST_COMPARED: Final = 3
"""The reviewers of an answer from which on it's told how far they agree: of two, each would know the other's marks."""
AGREED: Final = Fraction(7, 10)
"""The agreement under which the wording of a question should be mended."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finished review as its shares are counted: whose answer, and a mark for each question."""

    author: str
    marks: tuple[Mark, ...]


def _order(seed: str, name: str) -> str:
    return sha256(f"{seed}\n{name}".encode()).hexdigest()


def draw_answers(seed: str, answers: Collection[str], most: int = MOST_ANSWERS) -> tuple[str, ...]:
    """Draw at most so many of these ids; the same seed draws the same ones, in whatever order they come."""
    return tuple(sorted(set(answers), key=lambda each: (_order(seed, each), each))[:most])


def may_review(author: str, reviewer: str, teams: Mapping[str, str | None]) -> bool:
    """Tell whether somebody may review another's answers: who is of another team; without any teams, anybody else."""
    if author == reviewer:
        return False
    mine, theirs = teams.get(author), teams.get(reviewer)
    if not any(teams.values()):
        return True
    return mine is not None and theirs is not None and mine != theirs


def draw_reviewer(seed: str, author: str, reviewers: Mapping[str, int], teams: Mapping[str, str | None]) -> str | None:
    """Draw a reviewer of another team among those with the fewest reviews so far; None where there is nobody.

    `reviewers` has the number of reviews each was given already, `teams` the team of everybody who has one.
    """
    able = [each for each in reviewers if may_review(author, each, teams)]
    return min(able, key=lambda each: (reviewers[each], _order(seed, each), each), default=None)


def shares(reviews: Sequence[Reviewed]) -> tuple[Mapping[Mark, Fraction], ...] | None:
    """The share of each mark, for each question; None below 5 reviews of 5 authors."""
    if len(reviews) < FEWEST or len({review.author for review in reviews}) < FEWEST:
        return None
    counted = [Counter(marks) for marks in zip(*(review.marks for review in reviews), strict=True)]
    return tuple({mark: Fraction(counts[mark], len(reviews)) for mark in MARKS} for counts in counted)


def agreement(answers: Iterable[Sequence[Mark]]) -> Fraction | None:
    """The share of equal pairs among all pairs of marks for the same answer; None where nobody can be compared.

    Each answer has the marks that reviewers gave it for one question. Yes, yes, partly, yes agree in half of the pairs.
    """
    equal = pairs = 0
    for marks in answers:
        pairs += len(marks) * (len(marks) - 1) // 2
        equal += sum(count * (count - 1) // 2 for count in Counter(marks).values())
    return Fraction(equal, pairs) if pairs else None


def should_be_mended(agreed: Fraction | None) -> bool:
    """Tell whether a question's wording should be mended: reviewers read it in different ways."""
    return agreed is not None and agreed < AGREED
