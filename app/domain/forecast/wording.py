"""Accuracy in sentences."""

from app.domain.forecast.accuracy import Accuracy
from app.domain.rounding import Number, whole

TOO_SHORT = "Accuracy needs 12 weeks of history."
NOBODY_WROTE = "Nobody wrote in the last 4 weeks, so there is no accuracy."


def percent(value: Number) -> str:
    """A share as sentences have it: "21%"."""
    return f"{whole(value * 100)}%"


def accuracy_sentences(accuracy: Accuracy | None) -> list[str]:
    """The quality of the forecast beside last week's numbers, and beside what chance alone leaves."""
    if accuracy is None:
        return [TOO_SHORT]
    if accuracy.wape is None or accuracy.naive_wape is None or accuracy.bias is None:
        return [NOBODY_WROTE]
    missed = f"A week ahead, intervals of the last 4 weeks were off by {percent(accuracy.wape)} of all contacts"
    naive = f"; “as last week” was off by {percent(accuracy.naive_wape)}."
    sentences = [missed + naive]
    if accuracy.floor is not None:
        sentences.append(f"Even a perfect forecast is off by about {percent(accuracy.floor)}, by chance alone.")
    if not accuracy.is_better_than_naive:
        sentences.append("That isn’t better than taking last week’s numbers.")
    if abs(accuracy.bias) >= 0.05:
        side = "too many" if accuracy.bias > 0 else "too few"
        sentences.append(f"It said {percent(abs(accuracy.bias))} {side}.")
    return sentences
