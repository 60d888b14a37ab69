"""Boards kept ready as bytes: computed once per change, then served without a query."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
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
from app.models import Week
from app.services.rules import rule_sets
from app.services.standings import boards
from app.services.weeks import weeks
from app.web.documents import board_document
from app.web.http import render
from app.web.http.addresses import url_for
from app.web.http.representations import Representation

Form = Literal["json", "page", "preview", "partial"]

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Served:
    """One week's board as everybody of one audience gets it, until something changes or `until` (local midnight).

    The board of a freeze stays what it is, whatever day it gets.
    """

    board: Board
    rules: Rules
    zone: ZoneInfo
    until: datetime
    over: bool

    def made(self, form: Form) -> Representation | None:
        """Return this form if it is made already, for whoever has no time: one of many teams takes a while."""
        return cast("Representation | None", vars(self).get(form))

    def make(self, form: Form) -> Representation:
        """Return this form, made now if nobody asked for it before."""
        return cast("Representation", getattr(self, form))

    @cached_property
    def json(self) -> Representation:
        """The leaderboard of the API."""
        return Representation(self._document, f'"{self.mark}"', "application/json", "Authorization")

    @cached_property
    def page(self) -> Representation:
        """The board's page."""
        return self._page("p", stream=url_for("live_board", week=self.board.week))

    @cached_property
    def preview(self) -> Representation:
        """The public's page of a frozen week as organizers get it by `?as=public`: it follows the public's stream."""
        return self._page("v", stream=url_for("live_board", week=self.board.week, **{"as": "public"}))

    @cached_property
    def partial(self) -> Representation:
        """The part of the page that changes."""
        body = render.render(
            "board/_standings.html", board=self.board, kinds=self.rules.kind_by_name, zone=self.zone, over=self.over
        )
        return self._html(body, "s")

    @cached_property
    def mark(self) -> str:
        """A content hash with the version in front: equal marks mean equal bytes, also after a backup was restored."""
        more = repr(([standing.last_earned for standing in self.board.standings], self.over, __version__))
        digest = sha256(self._document)
        digest.update(more.encode(errors="surrogatepass"))
        return f"{self.board.version}-{digest.hexdigest()[:16]}"

    @cached_property
    def _document(self) -> bytes:
        return json.dumps(board_document(self.board), ensure_ascii=False, separators=(",", ":")).encode()

    def _page(self, letter: str, *, stream: str) -> Representation:
        """A page around the part that changes, which is rendered once for all of them."""
        # The stream's part is marked as live by its root, the very first element; a page's is not.
        standings = Markup(self.partial.body.decode().replace(" is-live", "", 1))  # noqa: S704 - our own template's
        body = render.render("board/index.html", board=self.board, standings=standings, stream=stream)
        return self._html(body, letter)

    def _html(self, body: bytes, letter: str) -> Representation:
        # One address serves several forms, and an ETag names a representation (RFC 9110, 8.8.3): the letters tell the
        # page (p), its preview (v) and the standings alone (s) from the JSON, which has none.
        vary = f"{render.VARY}, Authorization, Cookie"
        return Representation(body, f'"{self.mark}{letter}"', "text/html; charset=utf-8", vary)


def serve(session: Session, week: Week, now: datetime, *, public: bool) -> Served:
    """A week's board for one audience, made now."""
    view = weeks.view_of(week, "public" if public else "organizers")
    board = boards.seen(session, week, view, now)
    rules = rule_sets.rules_numbered(session, view.rule_set_id)
    zone = week.zone
    over = board.state == "closed" or local_day(board.as_of, zone) > week.ends
    return Served(board, rules, zone, until=NEVER if board.frozen else next_midnight(now, zone), over=over)
