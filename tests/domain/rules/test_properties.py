"""Whatever the text: rules or mistakes, never an exception; and a line for every key there is."""

import tomllib
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.rules import parse_rules
from app.domain.rules.outline import read_outline
from app.domain.rules.wording import Path
from tests.domain.rules import DEFAULT_TEXT

_PIECES = [
    *("[", "]", "[[", "]]", "{", "}", " = ", ",", ".", "\n", " ", "# x\n", "\\", '"', "'", '"""', "'''"),
    *("a", "b.c", '"a"', "'b'", '"\\u0061"', "1", "-2.5", "true", "inf", "07:32:00", "1979-05-27 07:32:00Z"),
    *("[a]\n", "[a.b]\n", "[[b]]\n", "a = 1\n", "b = [1,\n2]", "{ a.b = 1 }", '"""x""y"""', "\ud800", "\x00", "\uff19"),
    *("points", "activities", "bonuses", '"shift"', "24:00", "99999999999999999999", "subject"),
]
_texts = st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=20).map("".join))


@st.composite
def _mutated_defaults(draw: st.DrawFn) -> str:
    """The default file with a stretch of it replaced."""
    start = draw(st.integers(0, len(DEFAULT_TEXT)))
    end = start + draw(st.integers(0, 40))
    return DEFAULT_TEXT[:start] + draw(_texts) + DEFAULT_TEXT[end:]


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, entry in entries:
        yield (*path, name)
        yield from _paths(entry, (*path, name))


@given(st.one_of(_texts, _mutated_defaults()))
def test_parse_rules_of_any_text_yields_either_rules_or_mistakes(text: str) -> None:
    rules, mistakes = parse_rules(text)

    assert (rules is None) == bool(mistakes)
    assert all(1 <= mistake.line <= text.count("\n") + 1 and mistake.message for mistake in mistakes)


@given(st.one_of(_texts, _mutated_defaults()).map(lambda text: text.replace("\r", "")))
@example('a = """"""\nb = """x"""""\nc = \'\'\'\'x\'\'\'\'\'\nd = "\\\\"\n')
@example('a = """x""y"""\nb = 1\n')
@example("[[a]]\nb = 1\n[[a]]\n[a.c]\nd.e = [[], {}, [{ f = 1 }]]\n")
def test_outline_knows_every_key_a_parser_finds(text: str) -> None:
    outline = read_outline(text)
    try:
        values = tomllib.loads(text)
    except ValueError:
        values = {}

    unknown = [path for path in _paths(values) if path not in outline.lines]

    assert outline.refusal is not None or unknown == []
