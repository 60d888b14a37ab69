"""Tones: no two of the leading twelve look alike, to any eyes, on light and on dark."""

from itertools import combinations
from math import cbrt, dist
from typing import get_args

import pytest

from app.domain.standings.tones import PATTERNS, TONES, LineStyle, line_styles, tones_of
from app.web.charts.theme import DASHES, Theme, colours

Rgb = tuple[float, float, float]

# Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB.
EYES = {
    "trichromat": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanope": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranope": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanope": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_LUMA = (0.2126, 0.7152, 0.0722)
APART = 6.8
"""The least distance of two lines in OKLab, times 100; about 2 can just be told apart side by side."""


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("eyes", EYES)
def test_tones_of_lines_with_one_pattern_are_apart_for_all_eyes(theme: Theme, eyes: str) -> None:
    styles = line_styles(f"{number:016x}" for number in range(TONES)).values()

    close = [
        (one.tone, other.tone)
        for one, other in combinations(styles, 2)
        if one.pattern == other.pattern and _distance(theme, eyes, one, other) < APART
    ]

    assert close == []


@pytest.mark.parametrize("theme", get_args(Theme))
def test_tones_are_apart_whatever_the_pattern(theme: Theme) -> None:
    styles = [LineStyle(tone, 0) for tone in range(TONES)]

    pairs = combinations(styles, 2)

    assert [pair for pair in pairs if _distance(theme, "trichromat", *pair) < APART] == []


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_tones_are_read_as_text_on_every_ground(theme: Theme, ground: str) -> None:
    shown = colours(theme)

    faint = [tone for tone in range(TONES) if _contrast(shown[f"race-{tone}"], shown[ground]) < 4.5]

    assert faint == []


def test_line_styles_give_the_leading_twelve_a_tone_each() -> None:
    ids = [f"{number * 7919 % 100:016x}" for number in range(100)]

    styles = line_styles(ids)

    assert sorted(styles[team_id].tone for team_id in ids[:TONES]) == list(range(TONES))
    assert len(set(styles.values())) == PATTERNS * TONES
    assert len({tuple(dash) for dash in DASHES}) == PATTERNS


def test_line_styles_are_of_the_own_tone_where_there_is_one_for_each() -> None:
    ids = [f"{number * 5 % 12:016x}" for number in range(12)]

    styles = line_styles(ids)

    assert {team_id: style.tone for team_id, style in styles.items()} == tones_of(ids)


def _distance(theme: Theme, eyes: str, one: LineStyle, other: LineStyle) -> float:
    seen = [_oklab(_seen(_linear(colours(theme)[f"race-{style.tone}"]), eyes)) for style in (one, other)]
    return 100 * dist(*seen)


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(sum(w * c for w, c in zip(_LUMA, _linear(each), strict=True)) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _linear(colour: str) -> Rgb:
    red, green, blue = (_straight(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def _straight(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _seen(colour: Rgb, eyes: str) -> Rgb:
    red, green, blue = (min(max(sum(w * c for w, c in zip(row, colour, strict=True)), 0.0), 1.0) for row in EYES[eyes])
    return red, green, blue


def _oklab(colour: Rgb) -> Rgb:
    """Björn Ottosson's perceptual space (2020)."""
    red, green, blue = colour
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
