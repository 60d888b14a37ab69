"""Stylesheets as browsers understand them: minified ones have the same rules, in the same order."""

from playwright.sync_api import Browser

from app.web.http.render import STATIC
from app.web.http.stylesheets import minify

# A value with var() in it and a condition of @supports are kept as written: spaces at commas and colons differ.
RULES = r"""(texts) => texts.map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText
    .replace(/\s*,\s*/g, ",")
    .replace(/@supports [^{]+/g, (asked) => asked.replace(/:\s+/g, ":")));
})"""


def test_minified_stylesheets_have_the_same_rules(chromium: Browser) -> None:
    written = [file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.css"))]
    page = chromium.new_page()
    try:
        as_written, as_served = page.evaluate(RULES, written), page.evaluate(RULES, [minify(text) for text in written])
    finally:
        page.close()

    assert all(as_written)
    assert as_served == as_written
