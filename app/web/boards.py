"""Boards kept ready as bytes: computed once per change, then served without a query."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal, cast
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlmodel import Session

from app import __version__
from app.domain.calendar.days import local_day, next_midnight
from app.domain.rules import Rules
from app.domain.standings.board import Board
from app.domain.view import Audience
from app.live.fragments import FragmentList
from app.models import Week
from app.services.announcements import NO_LINE, Line
from app.services.rules import rule_sets
from app.services.shifts.coverage import NO_SHIFTS, BoardShifts
from app.services.standings import boards, recent
from app.services.standings.recent import LatestList
from app.services.weeks import schedule, weeks
from app.services.weeks.rehearsing import is_rehearsal
from app.services.weeks.schedule import NOTHING, Upcoming
from app.services.weeks.weeks import WeekStamp
from app.web.board.content import Content, FixedContent, LiveContent
from app.web.board.latest import MOST, NO_LATEST, BoardLatest, follow, latest_parts
from app.web.board.parts import parts_of, trophies_of
from app.web.board.rows import standings_json
from app.web.board.trail import Trail, begin
from app.web.documents.boards import head_document
from app.web.http import branding, render
from app.web.http.addresses import url_for
from app.web.http.representations import CachedResponse

Form = Literal["json", "page", "preview", "partial"]

NEVER = datetime.max.replace(tzinfo=UTC)
NO_ROWS, ROWS = b'"standings":[]', b'"standings":[%b]'  # in text, every quotation mark is escaped: the key is meant


@dataclass(frozen=True)
class BoardSnapshot:
    """One week's board as everybody of one audience gets it, until something changes or `until` (local midnight).

    The board of a freeze stays what it is, whatever day it gets. With a trail, `number` is its step there. Pages show
    `shifts` as they stand, frozen or not; the API's board has none. `starts` is the first day of a week that has not
    reached it; `is_hidden` tells that only organizers see this board, while everybody else keeps one of a freeze.
    `latest` are its latest activities, with cheers as they stand; `upcoming` is what happens to it by itself.
    Every board says the `announcement`, whatever its week's state; `look` is the version of the brand on its pages.
    """

    content: Content
    rules: Rules
    zone: ZoneInfo
    until: datetime
    over: bool
    trail: Trail | None = None
    number: int = 0
    shifts: BoardShifts = NO_SHIFTS
    starts: date | None = None
    is_hidden: bool = False
    latest: BoardLatest = NO_LATEST
    upcoming: Upcoming = NOTHING
    announcement: Line = NO_LINE
    look: int = field(default_factory=lambda: branding.brand().version)

    @property
    def lasts_until(self) -> datetime:
        """The moment at which the board, its shifts or the announcement are other ones by themselves."""
        return min(self.until, self.shifts.until, self.announcement.lasts_until)

    @property
    def board(self) -> Board:
        """The board as a value; one of many teams takes a while, the first time."""
        return self.content.board

    @property
    def week(self) -> str:
        """The week's slug."""
        return self.content.head.week

    @property
    def can_cheer(self) -> bool:
        """Tell whether people may cheer for what it shows."""
        head = self.content.head
        return head.state == "open" and not (head.frozen or self.is_hidden or is_rehearsal(head.week))

    @property
    def version(self) -> int:
        """The board's version, as the contract counts it."""
        return self.content.head.version

    def made(self, form: Form) -> CachedResponse | None:
        """Return this form if it is made already, for whoever has no time: one of many teams takes a while."""
        return cast("CachedResponse | None", vars(self).get(form))

    def make(self, form: Form) -> CachedResponse:
        """Return this form, made now if nobody asked for it before."""
        return cast("CachedResponse", getattr(self, form))

    @cached_property
    def json(self) -> CachedResponse:
        """The leaderboard of the API."""
        head = json.dumps(head_document(self.content.head), ensure_ascii=False, separators=(",", ":")).encode()
        rows = standings_json(self.content.pieces, self.content.positions)
        return CachedResponse(
            head.replace(NO_ROWS, ROWS % rows, 1), f'"{self.mark}"', "application/json", "Authorization"
        )

    @cached_property
    def page(self) -> CachedResponse:
        """The board's page."""
        return self._page("p", stream=url_for("live_board", week=self.week, since=str(self.fragments.position)))

    @cached_property
    def preview(self) -> CachedResponse:
        """The public's page of a frozen week as organizers get it by `?as=public`: it follows the public's stream."""
        since = str(self.fragments.position)
        return self._page("v", stream=url_for("live_board", week=self.week, **{"as": "public"}, since=since))

    @cached_property
    def partial(self) -> CachedResponse:
        """The part of the page that changes."""
        head, parts, pieces, styles = self.content.head, self.parts, self.content.pieces, self.content.styles
        rows = [
            pieces[position.team_id].placed(styles[position.team_id], position, head.best)
            for position in self.content.positions
        ]
        tiles = [parts[f"tile-{kind}"] for kind in head.totals]
        trophies = [parts[name] for name in trophies_of(head)]
        latest = [parts[f"latest-{number}"] for number in self.latest.in_order]
        body = render.render(
            "board/_standings.html",
            head=head,
            parts={name: _markup(html) for name, html in parts.items()},
            tiles=_markup(b"".join(tiles)),
            trophies=_markup(b"".join(trophies)),
            latest=_markup(b"\n".join(latest)),
            can_cheer=self.can_cheer,
            rows=_markup(b"\n".join(rows)),
        )
        return self._html(body, "s")

    @cached_property
    def parts(self) -> dict[str, bytes]:
        """The HTML of everything but the rows, by the id of its element."""
        content = self.content
        latest = latest_parts(self.latest, content.pieces, content.styles, self.rules, can_cheer=self.can_cheer)
        parts = parts_of(
            content.head, self.rules, self.zone, content.morning, self.shifts, self.starts, self.upcoming,
            self.announcement, is_hidden=self.is_hidden,
        )  # fmt: skip
        return {**latest, **parts}

    @cached_property
    def fragments(self) -> FragmentList:
        """Everything that streams send in parts, and what changed in it since which board before."""
        items = dict(self.content.items)
        items["parts"], epoch = self.parts, self.page_mark.rpartition("-")[2]
        return self.trail.reach(self.number, epoch, items) if self.trail else begin(epoch, items)

    @cached_property
    def mark(self) -> str:
        """A content hash with the version in front: equal marks mean equal bytes, also after a backup was restored."""
        facts = (self.content.head, self.over, self.starts, self.is_hidden, __version__)
        digest = sha256(repr(facts).encode(errors="surrogatepass"))
        digest.update(self.content.digest)
        return f"{self.version}-{digest.hexdigest()[:16]}"

    @cached_property
    def page_mark(self) -> str:
        """The same of the page, which also shows shifts, the latest activities and the announcement."""
        shown = self.shifts.shown, self.latest.places, self.announcement.shown, self.look
        if shown == (NO_SHIFTS.shown, NO_LATEST.places, NO_LINE.shown, 0):
            return self.mark
        return self.mark + sha256(repr(shown).encode(errors="surrogatepass")).hexdigest()[:8]

    def _page(self, letter: str, *, stream: str) -> CachedResponse:
        """A page around the part that changes, which is rendered once for all of them."""
        # The stream's part is marked as live by its root, the very first element; a page's is not.
        standings = _markup(self.partial.body.replace(b" is-live", b"", 1))
        head, zone = self.content.head, self.zone
        body = render.render("board/index.html", head=head, standings=standings, stream=stream, zone=zone)
        return self._html(body, letter)

    def _html(self, body: bytes, letter: str) -> CachedResponse:
        # One address serves several forms, and an ETag names a representation (RFC 9110, 8.8.3): the letters tell the
        # page (p), its preview (v) and the standings alone (s) from the JSON, which has none.
        vary = f"{render.VARY}, Authorization, Cookie"
        return CachedResponse(body, f'"{self.page_mark}{letter}"', "text/html; charset=utf-8", vary)


def _markup(html: bytes) -> Markup:
    return Markup(html.decode())  # noqa: S704 - our own templates made it


def serve(session: Session, week: Week, now: datetime, audience: Audience) -> BoardSnapshot:
    """A week's board for one audience, made now."""
    view = weeks.view_of(week, audience)
    if view.looks_back:
        return serve_frozen(session, week, now)
    return serve_live(session, weeks.stamp(session, week.slug), now)


def with_topics(known: BoardSnapshot, shifts: BoardShifts, latest: BoardLatest, line: Line) -> BoardSnapshot:
    """A board with newer shifts, cheers and announcement; what does not show them is kept as it was made."""
    number, look = known.trail.next_number() if known.trail is not None else 0, branding.brand().version
    snapshot = replace(known, shifts=shifts, latest=latest, announcement=line, number=number, look=look)
    shown = shifts.shown, latest.places, line.shown, look
    is_same_page = (known.shifts.shown, known.latest.places, known.announcement.shown, known.look) == shown
    made = {name: value for name, value in vars(known).items() if is_same_page or name in ("mark", "json")}
    vars(snapshot).update({name: value for name, value in made.items() if name not in vars(snapshot)})
    return snapshot


def serve_frozen(
    session: Session, week: Week, now: datetime, shifts: BoardShifts = NO_SHIFTS, line: Line = NO_LINE
) -> BoardSnapshot:
    """The board of a frozen week as it was at its freeze; nobody cheers meanwhile."""
    view = weeks.view_of(week, "public")
    board = boards.seen(session, week, view, now)
    rules = rule_sets.rules_numbered(session, view.rule_set_id)
    over = board.state == "closed" or local_day(board.as_of, week.zone) > week.ends
    lines = tuple(recent.activities(session, week, limit=MOST, view=view))
    latest = follow(LatestList(lines))
    content = FixedContent(board, week.zone)
    return BoardSnapshot(
        content, rules, week.zone, until=NEVER, over=over, shifts=shifts, latest=latest, announcement=line
    )


def serve_live(
    session: Session,
    stamp: WeekStamp,
    now: datetime,
    known: BoardSnapshot | None = None,
    trail: Trail | None = None,
    shifts: BoardShifts = NO_SHIFTS,
    latest: BoardLatest = NO_LATEST,
    line: Line = NO_LINE,
) -> BoardSnapshot:
    """A week's board as it stands, made now from one that is known at the cost of what has changed since.

    `stamp` is the week's, of the same unchanging view of the database.
    """
    before = known.content if known is not None and isinstance(known.content, LiveContent) else None
    live = boards.follow(session, stamp, now, before.live if before is not None else None)
    standings, zone = live.standings, stamp.zone
    over = standings.week.state == "closed" or standings.today > standings.week.ends
    number = trail.next_number() if trail is not None else 0
    starts = standings.week.starts if standings.today < standings.week.starts else None
    content = LiveContent(live, now, before)
    until, is_hidden = next_midnight(now, zone), stamp.frozen_version is not None
    upcoming = _upcoming(session, stamp, known, before)
    return BoardSnapshot(
        content, standings.rules, zone, until, over, trail, number, shifts, starts, is_hidden, latest, upcoming,
        line,
    )  # fmt: skip


def _upcoming(session: Session, stamp: WeekStamp, known: BoardSnapshot | None, before: LiveContent | None) -> Upcoming:
    """The moments planned for a week, read again only where more than scores changed since a known board."""
    if known is None or before is None:
        return schedule.upcoming(session, stamp.id)
    last = before.live.stamp
    is_same = (last.id, weeks.edits(last)) == (stamp.id, weeks.edits(stamp))
    return known.upcoming if is_same else schedule.upcoming(session, stamp.id)
