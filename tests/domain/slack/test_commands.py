"""Commands as Slack sends what people type: with its signs and escapes."""

import pytest

from app.domain.slack import commands


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("R&amp;D &lt;3", "R&D <3"), ("<@U7|bo> and <@U8>", "bo and U8"), ("<#C1|general>", "#general"),
        ("<!here> <!channel|@channel>", "here channel"), ("<https://a.example/?x=1&amp;y|a.example>", "a.example"),
        ("<https://a.example/>", "https://a.example/"), ("&lt;!here&gt;", "<!here>"), ("&amp;lt;", "&lt;"),
        ("<>", "<>"), ("< b", "< b"), ("", ""),
    ],
)  # fmt: skip
def test_text_is_read_as_its_writer_saw_it(sent: str, read: str) -> None:
    assert commands.spoken(sent) == read


def test_note_of_a_log_has_no_signs() -> None:
    found = commands.parse("log issue <https://a.example/7> with <@U7|bo> &amp; <!here>")

    assert (found.kind, found.link, found.note) == ("issue", "https://a.example/7", "with bo & here")
