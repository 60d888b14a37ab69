"""The installation's own name and accent: on every page, by every server, with one step back."""

import re

import httpx
import pytest

from app.config import Settings
from app.db.database import Database
from app.services import appearances
from app.web.http import csrf
from app.web.http.render import TEMPLATES
from tests.builders import SLUG, act_by
from tests.pictures import SIGNATURE, WHITE, badge
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, Visitor, assert_problem, serving, sign_in, until

PAGE = "/organizer/appearance"
NAME, BRAND = "Support <Olympics>", "<bdi>Support &lt;Olympics&gt;</bdi>"
GREEN = "#1d6849"
PAGES = ("/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/shifts", f"/weeks/{SLUG}/summary", "/guide", "/sign-in", "/nothing")


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def sheet(page: str) -> str:
    """The address of the accent's stylesheet; empty on a page without one."""
    found = re.search(r'href="(/brand\.css[^"]*)"', page)
    return found[1] if found else ""


@BOTH_ENGINES
def test_name_and_accent_are_on_every_page_at_once_and_gone_after_one_step_back(site: RunningApp, olu: Visitor) -> None:
    site.record()
    before = [site.get(path).text for path in PAGES]

    saved = olu.post(PAGE, name=NAME, accent="#1D6849", version="0")
    etag = site.get(f"/weeks/{SLUG}").headers["etag"]
    shown = [site.get(path).text for path in PAGES]
    olu.post(f"{PAGE}/reset", version="1")
    after = [site.get(path) for path in PAGES]

    assert (saved.status_code, saved.headers["location"]) == (303, f"{PAGE}?done=saved")
    assert [(BRAND in page, bool(sheet(page))) for page in before] == [(False, False)] * len(PAGES)
    assert [(BRAND in page, sheet(page)) for page in shown] == [(True, "/brand.css?v=1d684930ad7a")] * len(PAGES)
    assert "· Support &lt;Olympics&gt;</title>" in shown[1]
    assert [(BRAND in page.text, bool(sheet(page.text))) for page in after] == [(False, False)] * len(PAGES)
    assert after[1].headers["etag"] != etag


def test_stylesheet_is_kept_for_ever_only_under_its_own_colours(site: RunningApp, olu: Visitor) -> None:
    empty = site.get("/brand.css")
    olu.post(PAGE, accent=GREEN, version="0")

    own, other = (site.get(path) for path in (sheet(site.get("/sign-in").text), "/brand.css?v=other"))

    assert (empty.text, empty.headers["cache-control"]) == ("", "no-cache")
    assert own.text == other.text
    assert own.text.startswith("@layer tokens { :root { --accent: light-dark(#1d6849, #")
    assert own.headers["content-type"] == "text/css; charset=utf-8"
    assert [each.headers["cache-control"] for each in (own, other)] == [
        "public, max-age=31536000, immutable", "no-cache",
    ]  # fmt: skip


def test_other_servers_and_displays_follow(site: RunningApp, olu: Visitor, settings: Settings) -> None:
    release = re.findall(r'data-release="(\w+)"', site.get("/display").text)
    command = Database(settings.sqlalchemy_url)  # as another process has it: this server isn't told
    with command.unit_of_work() as session:
        appearances.change(session, "Ours", GREEN, act_by("Ada", site.clock.now))
    command.dispose()

    until(lambda: "<bdi>Ours</bdi>" in site.get("/").text)

    assert re.findall(r'data-release="(\w+)"', site.get("/display").text) != release
    with serving(settings.changed(board_visibility="public")) as later:
        assert "<bdi>Ours</bdi>" in later.get("/sign-in").text


def test_preview_saves_nothing(site: RunningApp, olu: Visitor) -> None:
    page = olu.post(PAGE, name=NAME, accent=GREEN, version="0", do="preview")
    [address] = re.findall(r'href="(/organizer/appearance/preview\.css[^"]*)"', page.text)

    assert page.status_code == 200
    assert page.text.count(BRAND) == 2
    assert olu.get(address).text.startswith("@layer tokens { .brand-preview { --accent: light-dark(#1d6849, #")
    assert olu.get(f"{PAGE}/preview.css?accent=red").status_code == 404
    assert BRAND not in site.get("/").text


@pytest.mark.parametrize(
    ("field", "sentence"),
    [({"accent": "#ffcc00"}, "Too light to read: its contrast is 1.2"), ({"accent": "gold"}, "Write the colour as #"),
     ({"name": "x" * 41}, "must have at most 40"), ({"name": "a\u202eb"}, "invisible character")],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_at_its_field(
    site: RunningApp, olu: Visitor, field: dict[str, str], sentence: str
) -> None:
    answer = olu.post(PAGE, **{"version": "0", **field})

    assert answer.status_code == 422
    assert sentence in answer.text.partition(f'id="{next(iter(field))}-error">')[2].partition("<")[0]
    offered = re.findall(r'<button [^>]*name="accent" value="(#\w{6})"', answer.text)
    assert bool(offered) == (field.get("accent") == "#ffcc00")
    if offered:
        assert olu.post(PAGE, version="0", accent=["#ffcc00", *offered]).headers["location"] == f"{PAGE}?done=saved"


def test_second_of_two_organizers_is_told(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        appearances.change(session, "Theirs", "", act_by("Ada", site.clock.now))

    refused = olu.post(PAGE, name="Ours", version="0")

    assert refused.status_code == 409
    assert "Ada changed the appearance after you opened this page." in flash(refused)
    assert olu.post(PAGE, name="Ours", version="1").status_code == 303
    assert "Saved by olu" in text_of(olu.get(PAGE))


def test_api_reads_and_sets_it(site: RunningApp) -> None:
    wish = {"name": "Ours", "accent": GREEN}

    first = site.ask("PUT", f"{API}/appearance", "admin", json=wish).json()
    stale = site.ask("PUT", f"{API}/appearance?version=0", "admin", json={})
    light = site.ask("PUT", f"{API}/appearance", "admin", json={"accent": "#ffffff"})
    read = site.get(f"{API}/appearance", "read").json()
    none = site.ask("PUT", f"{API}/appearance", "admin", json={}).json()

    assert (read, read["name"], read["accent"], read["version"]) == (first, "Ours", GREEN, 1)
    assert assert_problem(stale, 409, "code").startswith("Not saved: ")
    assert assert_problem(light, 422, "errors").startswith("Too light to read")
    assert (none["name"], none["accent"], none["version"]) == (None, None, 2)


def upload(visitor: Visitor, data: bytes, version: int, name: str = "logo.png") -> httpx.Response:
    """Send the form of the logo."""
    form = {"csrf": visitor.csrf, "version": str(version)}
    return visitor.ask("POST", f"{PAGE}/logo", data=form, files={"file": (name, data, "image/png")})


def picture(page: str) -> str:
    """The address of the logo; empty on a page with the mark that ships."""
    found = re.search(r'<img class="logo[^"]*" src="(/brand\.png[^"]*)"', page)
    return found[1] if found else ""


@BOTH_ENGINES
def test_logo_is_on_every_page_and_the_card_and_removed_in_one_step(site: RunningApp, olu: Visitor) -> None:
    site.record()
    card = f"/weeks/{SLUG}/summary/card.png"
    marked, release = site.get(card), re.findall(r'data-release="(\w+)"', site.get("/display").text)

    saved = upload(olu, badge(WHITE) + b"<script>", 0)
    shown = [picture(site.get(path).text) for path in (*PAGES, "/display?pair=yes")]
    answer, other = site.get(shown[0]), site.get("/brand.png")
    drawn = site.get(card)
    removed = olu.post(f"{PAGE}/logo/remove", version="1")

    assert (saved.headers["location"], removed.headers["location"]) == (f"{PAGE}?done=logo", f"{PAGE}?done=removed")
    assert shown == [shown[0]] * len(shown)
    assert shown[0].startswith("/brand.png?v=")
    assert (answer.content[:8], b"<script>" in answer.content) == (SIGNATURE, False)
    assert {name: answer.headers[name] for name in ("content-type", "x-content-type-options", "cache-control")} == {
        "content-type": "image/png", "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=31536000, immutable",
    }  # fmt: skip
    assert other.headers["cache-control"] == "no-cache"
    assert drawn.content != marked.content
    assert drawn.headers["etag"] != marked.headers["etag"]
    assert [picture(site.get(path).text) for path in PAGES] == [""] * len(PAGES)
    assert site.get(card).content == marked.content
    assert site.get(shown[0]).status_code == 404
    assert re.findall(r'data-release="(\w+)"', site.get("/display").text) == release


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"<svg onload='x'/>", "isn’t a PNG"), (b"", "Choose a PNG."), (badge() + bytes(300_000), "larger than 256 KiB"),
     (badge()[:60], "damaged")],
)  # fmt: skip
def test_picture_that_is_none_is_refused_at_its_field(
    site: RunningApp, olu: Visitor, data: bytes, sentence: str
) -> None:
    answer = upload(olu, data, 0)

    assert answer.status_code == 422
    assert sentence in answer.text.partition('id="file-error">')[2].partition("<")[0]
    assert picture(site.get("/").text) == ""


def test_picture_beyond_every_limit_is_a_page_with_the_limit(olu: Visitor) -> None:
    answer = upload(olu, bytes(csrf.MAX_LOGO_BYTES + 1_000), 0)

    assert (answer.status_code, "larger than 256 KiB" in answer.text) == (413, True)


def test_second_of_two_organizers_is_told_before_a_logo_replaces_a_name(site: RunningApp, olu: Visitor) -> None:
    ada = sign_in(site, "ada@example.com", "organizer")
    ada.post(PAGE, name="Theirs", version="0")

    refused = upload(olu, badge(), 0)
    [version] = re.findall(r'name="version" value="(\d+)"', refused.text.partition('id="logo-title"')[2])[:1]
    again = upload(olu, badge(), int(version))

    assert (refused.status_code, "changed the appearance after you opened" in flash(refused)) == (409, True)
    assert again.status_code == 303
    assert "<bdi>Theirs</bdi>" in site.get("/").text


def test_logo_by_the_api_stays_when_the_name_changes(site: RunningApp) -> None:
    logo = site.ask("PUT", f"{API}/appearance/logo", "admin", content=badge()).json()["logo"]
    named = site.ask("PUT", f"{API}/appearance", "admin", json={"name": "Ours"}).json()
    wrong = site.ask("PUT", f"{API}/appearance/logo", "admin", content=b"GIF89a")
    stale = site.ask("DELETE", f"{API}/appearance/logo?version=1", "admin")
    none = site.ask("DELETE", f"{API}/appearance/logo", "admin").json()

    assert (logo["width"], logo["height"], named["logo"], named["version"]) == (40, 20, logo, 2)
    assert assert_problem(wrong, 422, "errors").startswith("The logo isn’t a PNG.")
    assert assert_problem(stale, 409, "code").startswith("Not saved: ")
    assert (none["logo"], none["name"]) == (None, "Ours")


def test_manifest_and_mails_have_the_name(site: RunningApp, olu: Visitor) -> None:
    [shipped] = re.findall(r'rel="manifest" href="([^"]+)"', site.get("/sign-in").text)
    olu.post(PAGE, name=NAME, version="0")
    [own] = re.findall(r'rel="manifest" href="([^"]+)"', site.get("/sign-in").text)
    manifest = site.get(own)

    assert (shipped.startswith("/static/"), manifest.headers["content-type"]) == (True, "application/manifest+json")
    assert (manifest.json()["name"], manifest.json()["short_name"]) == (NAME, NAME)
    assert manifest.json()["icons"] == site.get(shipped).json()["icons"]


def test_templates_take_the_name_from_the_brand() -> None:
    named = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*") if "Assembly Week" in path.read_text()}

    assert named == {"organizer/appearance.html"}  # a hint
