"""A week in every state it can be in, and every page that speaks of it, as each kind of reader gets it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from html import unescape
from typing import Literal, NamedTuple

from app.services.organizing import join_codes
from app.services.teams import teams
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import Action, Slot
from tests.builders import ADA, SLUG, a_week, act_by, moment
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import RunningApp, Visitor, pair, sign_in
from tests.web.state_pages import OF_NO_WEEK, PAGES, Reader
from tests.web.state_things import Things, give_feedback, remember

WeekState = Literal["draft", "open", "closed"]
Phase = Literal["before", "during", "after"]
Cast = Literal["none", "pointless", "one", "many"]

MOMENTS: dict[Phase, str] = {"before": "2022-09-09 10:00", "during": "2022-09-14 13:00", "after": "2022-09-20 12:00"}
LIVES: tuple[tuple[WeekState, bool], ...] = (
    ("draft", False), ("open", False), ("open", True), ("closed", False), ("closed", True),
)  # fmt: skip
TEAMS: dict[Cast, tuple[str, ...]] = {
    "none": (), "pointless": ("Owls", "Cats"), "one": ("Owls",), "many": ("Owls", "Cats", "Foxes", "Bees"),
}  # fmt: skip
MAIL = {"Owls": ADA, "Cats": "cat@example.com", "Foxes": "fox@example.com", "Bees": "bee@example.com"}
HIDDEN_POINTS = 777
"""Given behind a freeze; whoever leads then is nobody before the reveal."""


class State(NamedTuple):
    """One combination: the week's own state, whether its board is frozen, the time, and who plays."""

    week: WeekState
    frozen: bool
    phase: Phase
    cast: Cast

    @property
    def has_teams(self) -> bool:
        """Tell whether there is a team."""
        return self.cast != "none"

    @property
    def has_points(self) -> bool:
        """Tell whether somebody has points; a draft takes none."""
        return self.cast in {"one", "many"} and self.week != "draft"


class Seen(NamedTuple):
    """One page as somebody gets it, in one state."""

    state: State
    reader: Reader
    page: str
    body: str


@dataclass
class World:
    """One week whose life is played, and whoever looks at it."""

    site: RunningApp
    week: WeekState
    frozen: bool
    cast: Cast
    people: dict[str, Visitor] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=lambda: {"week": SLUG})
    """Placeholders of addresses, and something of each that is there."""

    def __post_init__(self) -> None:
        """Have somebody who makes what isn’t of the week."""
        self.things = Things(self.site)

    def readings(self) -> Iterator[Seen]:
        """Every page in each phase, in the order of time."""
        for phase in MOMENTS:
            self.site.clock.set(MOMENTS[phase])
            self._set_up() if phase == "before" else self._play_on() if phase == "during" else None
            self.people["player"] = sign_in(self.site, ADA)
            self.people["organizer"] = sign_in(self.site, "olu@example.com", "owner")
            self.people["player"].post("/me/reviews", has_answers="yes", reviews="yes")
            self.made |= self.things.make_anew() | {"person_id": self.people["player"].person_id}
            yield from self._look(State(self.week, self.frozen, phase, self.cast))

    def _set_up(self) -> None:
        """The week with its teams and shifts; whoever takes part gets points in the only way there is before it."""
        with self.site.database.unit_of_work() as session:
            a_week(session, state="draft", now=self.site.clock.now)
        for name in TEAMS[self.cast]:
            self.site.game.team(name, MAIL[name])
        self.people["screen"] = pair(self.site)
        plan = Plan(self.site.game, self.site.clock.now)
        plan.shift(day=date(2022, 9, 13))
        self.made |= self.things.make_all() | {"shift_id": plan.shift()}
        if self.cast != "none":
            self._find_team()
            with self.site.database.unit_of_work() as session:
                remember(session, self.site.game.act)
        if self.week != "draft":
            self.site.game.open()
            self._earn()
            self._end()
        self._plan()

    def _plan(self) -> None:
        """Have everything happen by itself that can, long after the moments that are looked at."""
        actions: dict[WeekState, tuple[Action, ...]] = {"draft": ("open",), "open": ("freeze", "close"), "closed": ()}
        day = "2022-09-21 12:00"
        for hours, action in enumerate(actions[self.week][1 if self.frozen else 0 :]):
            with self.site.database.unit_of_work() as session:
                slot = Slot(moment(day) + timedelta(hours=hours))
                schedule.change(session, SLUG, {action: slot}, act_by("Olu", self.site.clock.now))

    def _play_on(self) -> None:
        """More of it within its days, for which a week that is closed is opened again."""
        if self.week == "draft":
            return
        if self.frozen:
            self.site.game.reveal()
        if self.week == "closed":
            self.site.game.open()
        if self.cast in {"one", "many"}:
            self._do_things()
        self._end()

    def _do_things(self) -> None:
        """Have Ada do a shift, an issue and five first answers within the hour; and what people wish for."""
        self.site.game.take(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")
        entry = self.site.game.take(occurred_at="2022-09-14T06:00:00-07:00").entry
        card = self.site.game.take(kind="knowledge_card", occurred_at="2022-09-14T06:00:00-07:00").entry
        self.made |= {"own_activity": entry.id, "ledger_entry": entry.id, "card_id": card.id}
        self._answer(5, seconds=600)
        if self.cast == "many":
            with self.site.database.unit_of_work() as session:
                give_feedback(session, self.site.game.act)

    def _answer(self, number: int, *, seconds: int) -> None:
        for subject in range(number):
            self.site.game.take(
                kind="response", occurred_at="2022-09-14T06:30:00-07:00", subject=f"{seconds}-{subject}",
                response_seconds=seconds,
            )  # fmt: skip

    def _earn(self) -> None:
        for number, name in enumerate(TEAMS[self.cast] if self.cast in {"one", "many"} else ()):
            self.site.game.adjust(name, 30 - number // 2)

    def _end(self) -> None:
        if self.frozen:
            self.site.game.freeze()
            if self.cast == "many":
                self.site.game.adjust("Bees", HIDDEN_POINTS)
                if "own_activity" in self.made:
                    self._answer(5, seconds=7_200)
                    self.site.game.take(kind="knowledge_card", occurred_at="2022-09-14T06:00:00-07:00")
        if self.week == "closed":
            self.site.game.close()

    def _find_team(self) -> None:
        """Owls, who is in it, and its code."""
        with self.site.database.unit_of_work() as session:
            week = weeks.find(session, SLUG, self.site.clock.now)
            team = next(each for each in teams.of_week(session, week) if each.name == "Owls")
            (ada,) = [each for each, its in teams.people_of(session, week).items() if its.email == ADA]
            code = join_codes.renew(session, team, act_by("Olu", self.site.clock.now))
        self.made |= {"team": team.id, "person_in_team": ada, "code": code}

    def _look(self, state: State) -> Iterator[Seen]:
        for reader, page, template in pages_at(state.phase):
            ask = self.people[reader].get if reader in self.people else self.site.get
            if (address := self._address(template)) is not None:
                answer = ask(address)
                assert answer.status_code == 200, (state, reader, page, answer.text[:500])
                yield Seen(state, reader, page, answer.text)

    def _address(self, template: str) -> str | None:
        """The address of a page; None where there is nothing to show on it, as no week without teams has a receipt."""
        try:
            return template.format_map(self.made)
        except KeyError:
            return None

    def unread(self) -> set[str]:
        """The pages that there was never anything to show on."""
        return {page for _, page, template in pages_at("during") if self._address(template) is None}


def pages_at(phase: Phase) -> Iterator[tuple[Reader, str, str]]:
    """Readers, the names of their pages, and the addresses."""
    for listed in (PAGES, OF_NO_WEEK) if phase == "during" else (PAGES,):
        for reader, pages in listed.items():
            for page, template in pages.items():
                yield reader, page, template


_LEFT_OUT = re.compile(
    r"<(script|style|svg|datalist|textarea|pre)\b.*?</\1>|<!--.*?-->|<(\w+)(?:\s[^>]*)?\shidden(?=[\s>])[^>]*>.*?</\2>",
    re.DOTALL,
)
_INLINE = re.compile(
    r"</?(?:a|b|bdi|strong|em|time|code|data|button|label)\b[^>]*>|<span\b[^>]*>(?=[^<]*</span>)|</span>"
)
_TAG = re.compile(r"<[^>]*>")
_SAID_BESIDE = re.compile(r'\s(?:alt|aria-label|placeholder|content)="([^"]*)"')
_COUNTED = re.compile(r'id="display"[^>]*\bdata-state="(\w+)"')


@lru_cache(maxsize=4000)
def sentences(body: str) -> frozenset[str]:
    """The texts of a page, one for each block; of a display also what its script counts down by, of JSON its state."""
    if body.startswith("{"):
        document = json.loads(body)
        return frozenset({f"JSON: {document['state']}{', frozen' if document['frozen'] else ''}", document["headline"]})
    shown = _LEFT_OUT.sub(" ", body)
    said = [*_TAG.sub("\0", _INLINE.sub("", shown)).split("\0"), *_SAID_BESIDE.findall(shown)]
    said += [f"Countdown: {state}" for state in _COUNTED.findall(body)]
    return frozenset(" ".join(unescape(text).replace("\u2068", "").replace("\u2069", "").split()) for text in said)
