"""A rule over the source: what is secret by its name is compared in constant time, and in one place."""

import ast
import re
from collections.abc import Iterator

import pytest

from app.config import PROJECT
from app.domain import constant_time

NAMES = r"secret|token|csrf|password|passphrase|nonce|verifier|signature|begun\.state"
SECRET = re.compile(rf"(?:.*[._])?(?:{NAMES})s?", re.DOTALL)
MAY_COMPARE = re.compile(rf"{NAMES}|begun|compare_digest")  # parsing all of the code takes two seconds


def comparisons(source: str) -> Iterator[tuple[int, str]]:
    """The lines where a secret is compared: with anything but a constant by an operator, or in constant time."""
    if not MAY_COMPARE.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left, operators, others) if any(
                isinstance(operator, ast.Eq | ast.NotEq) for operator in operators
            ):
                sides = [left, *others]
                if any(map(is_secret, sides)) and not any(map(is_exempt, sides)):
                    yield node.lineno, ast.unparse(node)
            case ast.Attribute(attr="compare_digest") | ast.alias(name="compare_digest"):
                yield node.lineno, "compare_digest"


def is_exempt(side: ast.expr) -> bool:
    """Tell whether it is a constant, or a column: the database looks a secret up by its hash."""
    is_column = isinstance(side, ast.Attribute) and isinstance(side.value, ast.Name) and side.value.id[0].isupper()
    return is_column or isinstance(side, ast.Constant)


def is_secret(side: ast.expr) -> bool:
    """Tell whether an expression is secret by its name, or made of something that is."""
    if isinstance(side, ast.Call):
        of_methods = [side.func.value] if isinstance(side.func, ast.Attribute) else []
        return any(is_secret(method) for method in (*of_methods, *side.args))
    if isinstance(side, ast.Subscript):
        return is_secret(side.value) or is_secret(side.slice)
    if isinstance(side, ast.Constant):
        return isinstance(side.value, str) and SECRET.fullmatch(side.value) is not None
    return SECRET.fullmatch(ast.unparse(side)) is not None


def test_secrets_are_compared_in_one_place_alone() -> None:
    found = [
        (path.relative_to(PROJECT).as_posix(), text)
        for path in (PROJECT / "app").rglob("*.py")
        for _, text in comparisons(path.read_text(encoding="utf-8"))
    ]

    assert found == [("app/domain/constant_time.py", "compare_digest")]


@pytest.mark.parametrize(
    "source",
    [
        "given == member.csrf", "a.secret != b", "x == kept_token", "text.encode() == secret.encode()",
        "answer.get('state') == begun.state", "hmac.compare_digest(a, b)", "from secrets import compare_digest",
        "sha256(secret).hexdigest() == kept", "form['csrf'] == text", "nonce == claims['nonce']",
    ],
)  # fmt: skip
def test_rule_finds_what_it_is_for(source: str) -> None:
    assert len(list(comparisons(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "secret is None",
        "token == ''",
        "state == other",
        "week.state != 'open'",
        "key == k",
        "SignIn.sha256 == digest(secret)",
    ],
)
def test_rule_leaves_alone_what_is_no_secret(source: str) -> None:
    assert list(comparisons(source)) == []


@pytest.mark.parametrize(
    ("given", "secret", "is_equal"),
    [
        ("abc", "abc", True), ("é", "é", True), ("\udcff", "\udcff", True), ("abd", "abc", False), ("ab", "abc", False),
        ("", "abc", False), ("abc\0", "abc", False), ("\udcff", "?", False),
    ],
)  # fmt: skip
def test_is_equal_holds_for_the_same_text_alone(given: str, secret: str, is_equal: bool) -> None:
    assert constant_time.is_equal(given, secret) is is_equal
