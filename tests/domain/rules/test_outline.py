"""Lines of keys, which no TOML parser tells."""

import pytest

from app.domain.rules.outline import read_outline
from app.domain.rules.wording import Path

_TEXT = '''\
# a comment with a.b = 1
format = 1
"quoted key" = 2
"\\u0061" . 'b' = 3

[team] # [not.a.header]
size = 3

[[bonuses]]
name = """
name = "no key"
"""
starts = { from = "06:00", until = "07:00" }

[[bonuses]]
days = [
  # weekdays
  "mon", "tue",
  "wed",
]
  [bonuses.starts]
  from = "06:00"

[ranking]
ties = [
  { x = 1 },
  { y.z = [1,
    2] },
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("format",), 2),
        (("quoted key",), 3),
        (("a",), 4),
        (("a", "b"), 4),
        (("team",), 6),
        (("team", "size"), 7),
        (("team", "missing"), 6),
        (("missing",), 1),
        (("bonuses",), 9),
        (("bonuses", 0), 9),
        (("bonuses", 0, "name"), 10),
        (("bonuses", 0, "starts", "until"), 13),
        (("bonuses", 0, "starts", "missing"), 13),
        (("bonuses", 0, "missing"), 9),
        (("bonuses", 1), 15),
        (("bonuses", 1, "days"), 16),
        (("bonuses", 1, "days", 1), 18),
        (("bonuses", 1, "days", 2), 19),
        (("bonuses", 1, "starts"), 21),
        (("bonuses", 1, "starts", "from"), 22),
        (("ranking", "ties", 0, "x"), 26),
        (("ranking", "ties", 1, "y", "z", 1), 28),
    ],
)
def test_line_is_that_of_the_key_or_of_the_table_around_it(path: Path, line: int) -> None:
    assert read_outline(_TEXT).line(path) == line


def test_table_under_an_earlier_child_is_on_its_own_header() -> None:
    outline = read_outline("[a.b]\nx = 1\n\n[a]\ny = 1")

    assert (outline.line(("a",)), outline.line(("a", "b"))) == (4, 1)


def test_read_outline_of_a_list_of_tables_inside_another_starts_again_with_each() -> None:
    outline = read_outline("[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]\n[[a.b]]\nx = 1")

    assert outline.line(("a", 1, "b", 0, "x")) == 6


def test_last_key_on_a_line_is_found() -> None:
    assert read_outline("a = 1\nb = { c = 1 }").path_on(2) == ("b", "c")


def test_line_without_a_key_has_no_path() -> None:
    assert read_outline("a = 1\n# nothing").path_on(2) == ()
