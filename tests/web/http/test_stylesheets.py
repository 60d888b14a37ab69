"""Stylesheets as they are served: smaller, and in the end the same."""

import pytest

from app.web.http.render import STATIC
from app.web.http.stylesheets import minify
from tests.web.running_app import RunningApp


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("/* why */\na {\n  color: red;\n}\n", "a{color:red}"),
        ("a :hover, b:is(c, d) e > f { width: calc(1px + 2px); }", "a :hover,b:is(c,d) e>f{width:calc(1px + 2px)}"),
        ("@media (min-width: 40rem) and (hover) { a { b: c; } }", "@media (min-width:40rem) and (hover){a{b:c}}"),
        ("a { content: \"; } /* : , */ '\"; --b: '  > '; }", "a{content:\"; } /* : , */ '\";--b:'  > '}"),
        ('a { content: "\\"  ; }"; }\n\n\nb { c: d e !important }', 'a{content:"\\"  ; }"}b{c:d e !important}'),
        ("a[title='/*'] { b: url(data:x;y) } /* c */", "a[title='/*']{b:url(data:x;y)}"),
    ],
)
def test_minify_leaves_out_what_says_nothing(written: str, served: str) -> None:
    assert minify(written) == served


def test_every_stylesheet_is_served_minified_and_smaller_as_gzip(site: RunningApp) -> None:
    for file in STATIC.glob("*.css"):
        plain = site.get(f"/static/{file.name}", headers={"Accept-Encoding": "identity"})

        written = file.read_text(encoding="utf-8")
        assert plain.text == (minify(written) if len(written) >= 1_000 else written)
        if len(written) >= 1_000:
            packed = site.get(f"/static/{file.name}", headers={"Accept-Encoding": "gzip"})
            assert (packed.text, packed.headers["etag"] == plain.headers["etag"]) == (plain.text, False)
            assert len(plain.content) < 0.9 * file.stat().st_size
