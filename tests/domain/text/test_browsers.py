"""Browsers in words."""

import pytest

from app.domain.text.browsers import in_words

MOZILLA = "Mozilla/5.0"
IPHONE = f"{MOZILLA} (iPhone; CPU iPhone OS 17_6 like Mac OS X)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 14_6) {APPLE} Version/17.6 Safari/605.1.15", "Safari on a Mac"),
        (f"{IPHONE} {APPLE} Version/17.6 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        (f"{IPHONE} {APPLE} CriOS/128.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        (f"{MOZILLA} (Linux; Android 14; Pixel 8) {APPLE} Chrome/128.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (Windows NT 10.0) {APPLE} Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {APPLE} Chrome/128.0.0.0 Safari/537.36", "Chrome on a Chromebook"),
        (f"{MOZILLA} (X11; Linux x86_64) {APPLE} Chrome/128.0.0.0 Safari/537.36 OPR/113.0", "Opera on Linux"),
        ("python-httpx/0.28", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_in_words_says_an_agent_as_people_would(agent: str, words: str) -> None:
    assert in_words(agent) == words
