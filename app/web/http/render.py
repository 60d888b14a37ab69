"""Pages and partials from Jinja templates: the environment, its filters, and the choice between page and partial."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Protocol, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.domain.actor import doer
from app.domain.rules.model import Kind
from app.domain.standings.board import Standing
from app.domain.standings.tones import chosen_tones, tones_of
from app.domain.text import graphemes
from app.domain.text.direction import isolated
from app.domain.text.natural import by_team
from app.domain.wording import ordinal, size
from app.services.weeks.rehearsing import is_rehearsal, real_slug
from app.web.http import branding, onward
from app.web.http.addresses import url_for
from app.web.http.ties import tie_line, tie_word

ROOT = Path(__file__).parents[3]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
VENDORED = "vendor"
HTMX_CDN = "https://cdn.jsdelivr.net/npm/htmx.org@4.0.1/dist/"
HTMX_FILES = {
    "htmx.min.js": "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    "ext/hx-sse.min.js": "sha384-v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
}
FONT_FILE = "inter-latin-wght-normal.woff2"
VARY = "HX-Request, HX-Request-Type, HX-Boosted, HX-History-Restore-Request"
MINUS = "\u2212"
_WRONG, _ALERT = b' aria-invalid="true"', b' role="alert"'


class _Dated(Protocol):
    """A value with the moment it happened at."""

    @property
    def at(self) -> datetime: ...


class _Line(Protocol):
    """A receipt's line, as far as sums need it."""

    @property
    def what(self) -> str: ...
    @property
    def points(self) -> int: ...


DatedT = TypeVar("DatedT", bound=_Dated)


@dataclass(frozen=True, slots=True)
class Script:
    """A script of htmx's: `src` is where pages load it from, `csp` what a Content-Security-Policy has to allow."""

    src: str
    csp: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of one reason: its number of lines, and its points."""

    what: str
    lines: int
    points: int


def asset(name: str) -> str:
    """The URL of a static file, carrying its content's hash so that browsers may keep it for ever."""
    path = _file(STATIC, name)
    return f"/static/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


@lru_cache(maxsize=64)
def _file(folder: Path, name: str) -> Path:
    """The path of a static file: making one takes as long as a look at the file, and a page has a dozen."""
    return folder / name


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int) -> str:
    """Hash a file once for each time it was written: the modification time is part of the cache's key alone."""
    return sha256(path.read_bytes()).hexdigest()[:12]


def has_font() -> bool:
    """Tell whether there is a copy of the pages' own font; without one they use the system's fonts."""
    return _file(STATIC, f"{VENDORED}/{FONT_FILE}").is_file()


def scripts() -> list[Script]:
    """Htmx and its stream extension: our own copies where there are any, else the CDN's; held to the same hashes."""
    return [_script(name, integrity) for name, integrity in HTMX_FILES.items()]


def _script(name: str, integrity: str) -> Script:
    try:
        return Script(asset(f"{VENDORED}/{name.rpartition('/')[2]}"), "'self'", integrity)
    except FileNotFoundError:
        return Script(HTMX_CDN + name, HTMX_CDN + name, integrity)


def local_time(at: datetime, zone: tzinfo) -> str:
    """The time of day in the week's zone: 06:00."""
    return f"{at.astimezone(zone):%H:%M}"


def city(zone: tzinfo) -> str:
    """The place a zone is named after: Los Angeles."""
    return str(zone).rpartition("/")[2].replace("_", " ")


def local_moment(at: datetime, zone: tzinfo) -> str:
    """Weekday and time in the week's zone: Wed 06:00."""
    return f"{at.astimezone(zone):%a %H:%M}"


def stamp(at: datetime, zone: tzinfo) -> str:
    """Day and time in a zone, as lists show them: 14 Sep 2022, 06:00."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def span(start: datetime, end: datetime, zone: tzinfo) -> str:
    """A span of time in a zone: 14 Sep 2022, 02:00–11:57; with both days where they differ, and within a minute one."""
    if stamp(start, zone) == stamp(end, zone):
        return stamp(start, zone)
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        return f"{stamp(start, zone)}–{local_time(end, zone)}"
    return f"{stamp(start, zone)} – {stamp(end, zone)}"


def local_day(at: datetime, zone: tzinfo) -> str:
    """The day in the week's zone: Wednesday 14 September."""
    return day(at.astimezone(zone).date())


def day(value: date) -> str:
    """A date in words: Wednesday 14 September."""
    return f"{value:%A} {value.day} {value:%B}"


def days(starts: date, ends: date) -> str:
    """The days of a week, first to last: 12–16 Sep 2022."""
    if starts == ends:
        return f"{starts.day} {starts:%b %Y}"
    if (starts.year, starts.month) == (ends.year, ends.month):
        return f"{starts.day}–{ends.day} {ends:%b %Y}"
    first = f"{starts.day} {starts:%b}" if starts.year == ends.year else f"{starts.day} {starts:%b %Y}"
    return f"{first} – {ends.day} {ends:%b %Y}"


def number(value: int) -> str:
    """A whole number in groups of three, with a true minus sign: 1,234."""
    return f"{value:,}".replace("-", MINUS)


def signed(value: int) -> str:
    """Points as a change: +10, −5, 0."""
    return f"+{number(value)}" if value > 0 else number(value)


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun: 1 shift, 20 shifts."""
    return f"{number(count)} {one if count == 1 else many}"


def counted(counts: Mapping[str, int], kinds: Mapping[str, Kind]) -> str:
    """Counts in words, zeros left out: 4 shifts, 31 responses and 2 issues; empty for nothing."""
    return listing(plural(count, kinds[kind].one, kinds[kind].many) for kind, count in counts.items() if count)


def listing(words: Iterable[str]) -> str:
    """Words as a sentence lists them: a, b and c."""
    *head, last = list(words) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def names(listed: Iterable[str]) -> Markup:
    """Names as a sentence lists them, each in its own direction of writing."""
    return Markup(listing(Markup("<bdi>{}</bdi>").format(name) for name in listed))  # noqa: S704 (each is escaped)


def few_names(listed: Iterable[str]) -> Markup:
    """Names as a sentence lists them; of more than four the first three, and how many others."""
    found = list(listed)
    if len(found) <= 4:
        return names(found)
    shown = Markup(", ").join(Markup("<bdi>{}</bdi>").format(name) for name in found[:3])
    return Markup("{} and {}").format(shown, plural(len(found) - 3, "other", "others"))


def numerals(headline: str) -> Markup:
    """A headline whose counts stay on one line each, and whose numbers are grouped and can be set apart."""
    counts = (re.sub(r"^\d+", _numeral, str(escape(part))) for part in headline.split(", "))
    return Markup('<span class="count">' + ',</span> <span class="count">'.join(counts) + "</span>")  # noqa: S704 (our own markup, escaped before)


def _numeral(found: re.Match[str]) -> str:
    return f'<span class="numeral">{number(int(found[0]))}</span>'


def initials(name: str) -> str:
    """First letters of the first and last word of a name, in capitals; emoji stay whole."""
    words = unicodedata.normalize("NFC", name).split() or ["?"]
    return "".join(graphemes.first(word) for word in words[:: max(len(words) - 1, 1)]).upper()


def tones(standings: Iterable[Standing]) -> dict[str, int]:
    """Each team's tone (0 to 11) by its id, the same on every page and whatever the ranks."""
    shown = list(standings)
    return tones_of((standing.team_id for standing in shown), chosen_tones(shown))


def by_local_day(items: Iterable[DatedT], zone: tzinfo) -> list[tuple[date, list[DatedT]]]:
    """Items by local day, the newest day first and in it the newest item; what came at once stays in order."""
    ordered = sorted(items, key=lambda item: item.at, reverse=True)
    return [(when, list(same)) for when, same in groupby(ordered, lambda item: item.at.astimezone(zone).date())]


def sums_by_what(items: Iterable[_Line]) -> list[Sum]:
    """Group a receipt's points by reason, the most first."""
    grouped: dict[str, list[int]] = {}
    for item in items:
        grouped.setdefault(item.what, []).append(item.points)
    sums = [Sum(what, len(points), sum(points)) for what, points in grouped.items()]
    return sorted(sums, key=lambda each: (-each.points, each.what))


FILTERS = (
    local_time, local_moment, city, stamp, span, local_day, day, days, number, signed, plural, counted,
    tie_word, tie_line, listing, names, few_names, isolated, doer, numerals, initials, tones, by_local_day,
    sums_by_what, ordinal, size, by_team, is_rehearsal, real_slug,
)  # fmt: skip


@cache
def environment() -> Environment:
    """The one Jinja environment: everything escaped, an undefined name is a mistake."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a look at each file of a page would take a tenth of its time
    )
    made.filters.update({each.__name__: each for each in FILTERS})
    made.globals.update(
        asset=asset, brand=branding.brand, has_font=has_font, scripts=scripts, url_for=url_for, onward=onward.write
    )
    return made


def render(template: str, **context: object) -> bytes:
    """A template as UTF-8 bytes, whatever was typed into it; needs no request, so that boards can be kept."""
    return environment().get_template(template).render(context).encode(errors="replace")


def wants_partial(request: Request) -> bool:
    """Tell whether htmx asks for a partial: boosted links, restored history, swaps of the whole body want the page."""
    headers = request.headers
    whole = "hx-boosted" in headers or "hx-history-restore-request" in headers
    return headers.get("hx-request") == "true" and headers.get("hx-request-type") != "full" and not whole


def render_page(
    request: Request, page: str, *, partial: str | None = None, status: int = 200, **context: object
) -> HTMLResponse:
    """The page, or its partial where htmx asks for one; caches are told what the choice depends on."""
    template = partial if partial and wants_partial(request) else page
    body = render(template, **context)
    if context.get("refused") and "hx-request" not in request.headers:  # scripts that swap keep the focus themselves
        body = _focused(body)
    return HTMLResponse(body, status_code=status, headers={"Vary": VARY})


def _focused(body: bytes) -> bytes:
    """A refused form's page with the cursor on the first field that is wrong, or on what is said of the whole form.

    Only the page knows which of its fields comes first. What people typed is escaped and has none of these quotes.
    """
    if _WRONG in body:
        return body.replace(_WRONG, _WRONG + b" autofocus", 1)
    return body.replace(_ALERT, b' tabindex="-1" autofocus' + _ALERT, 1)
