"""Seat lists: whoever applies what they are sent has what a page loaded afresh has, whatever happened between."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pytest

from app.domain.view import Audience
from app.errors import Problem
from app.live.fragments import FragmentList, Position
from app.services.shifts import completion, seats, settings
from app.web.seats.seat_lists import AS_OF, SeatList, SeatLists
from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, OWLS, SLUG, Game
from tests.live.test_fragments import applied
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import SettableClock

BEFORE = "2022-09-15 05:50"


@dataclass
class Page:
    """An open page: what it shows, and how far it has read."""

    elements: dict[str, bytes] = field(default_factory=dict)
    has: Position | None = None

    def load(self, fragments: FragmentList) -> None:
        """Load the page afresh."""
        self.elements, self.has = fragments.contents, fragments.position

    def hear(self, fragments: FragmentList) -> None:
        """Take a message; a page that shows other shifts than there are loads again, as shifts.js has it do."""
        message = fragments.since(self.has)
        message = fragments.everything if message is None else message
        mark = self.elements[AS_OF]
        known = {name for name in fragments.contents if name in self.elements}
        if known == fragments.contents.keys():
            self.elements = applied(self.elements, message)
        self.has = fragments.position
        if AS_OF not in known or self.elements[AS_OF] != mark or known != fragments.contents.keys():
            self.load(fragments)


@dataclass
class Watched:
    """A week's shifts, played with, and as they are watched."""

    plan: Plan
    clock: SettableClock
    lists: SeatLists

    def get(self, audience: Audience = "public") -> SeatList:
        """The list as it is now."""
        return asyncio.run(self.lists.get(SLUG, audience, shows_everyone=True))

    def html(self, shift_id: str, audience: Audience = "public") -> str:
        """A shift's seats, as they are watched."""
        return self.get(audience).fragments.contents[f"seats-{shift_id}"].decode()

    def fresh(self) -> dict[str, bytes]:
        """The same as a server that has just started shows it."""
        lists = SeatLists(self.plan.game.database, self.clock)
        return asyncio.run(lists.get(SLUG, "public", shows_everyone=True)).fragments.contents

    def at(self, text: str) -> Plan:
        """Go to a local time."""
        self.plan = self.plan.at(text)
        self.clock.set(text)
        return self.plan


@pytest.fixture
def engine() -> str:
    """SQLite is enough: what is read is the listing's business."""
    return "sqlite"


@pytest.fixture
def watched(game: Game) -> Watched:
    plan = Plan(game)
    clock = SettableClock(plan.now)
    return Watched(plan, clock, SeatLists(plan.game.database, clock))


def deed(watched: Watched, shifts: list[str], chance: random.Random) -> None:
    """Something that people do about shifts, or try to."""
    plan, shift_id = watched.plan, chance.choice(shifts)
    email, team = chance.choice([ADA, BO, CHIDI, DUA]), chance.choice([OWLS, CATS])
    deeds: list[Callable[[], object]] = [
        lambda: plan.sign_up(shift_id, email, plan.organizer, "Fair"),
        lambda: plan.sign_up_team(shift_id, team),
        lambda: plan.leave(plan.sign_up(shift_id, email).seat, plan.organizer),
        lambda: shifts.append(plan.shift(start=chance.randrange(6, 20), places=1)),
        lambda: plan.game.rename(email, f"{email} {chance.random()}", team),
    ]
    try:
        chance.choices(deeds, [6, 2, 4, 1, 1])[0]()
    except Problem:
        return


@pytest.mark.parametrize("seed", range(4))
def test_page_that_hears_now_and_then_shows_what_one_loaded_afresh_does(watched: Watched, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (the same games every time)
    shifts = [watched.plan.shift(), watched.plan.shift(start=8)]
    page, kept = Page(), 0
    page.load(watched.get().fragments)

    for _ in range(30):
        deed(watched, shifts, chance)
        if chance.random() < 0.4:
            seats = watched.get().fragments
            kept += seats.since(page.has) is not None
            page.hear(seats)

    page.hear(watched.get().fragments)
    assert page.elements == watched.fresh()
    assert kept > 3


def test_sign_up_sends_its_own_shift_and_nothing_else(watched: Watched) -> None:
    first, second = watched.plan.shift(), watched.plan.shift(start=8)
    before = watched.get().fragments

    watched.plan.sign_up(first, ADA)

    message = (watched.get().fragments.since(before.position) or b"").decode()
    assert (f'id="seats-{first}" data-free="2" data-state="scheduled"' in message, "Ada" in message) == (True, True)
    assert second not in message


def test_freeze_hides_who_came_since_from_everybody_but_organizers(watched: Watched) -> None:
    shift_id = watched.plan.shift()
    seat = watched.plan.sign_up(shift_id, ADA).seat
    watched.plan.game.at("2022-09-15 05:49").freeze()
    now = watched.at(BEFORE)
    before = watched.get().fragments

    with now.game.database.unit_of_work() as session:
        completion.check_in(session, SLUG, shift_id, seat.id, now.act_of(ADA))
    now.sign_up(shift_id, CHIDI)

    public, organizers = watched.html(shift_id), watched.html(shift_id, "organizers")
    assert [html.count("seats__state") for html in (public, organizers)] == [0, 1]
    assert (b"Chidi" in before.everything, "Chidi" in public) == (False, True)


def test_page_loads_again_when_what_it_says_of_signing_up_changes(watched: Watched, game: Game) -> None:
    plan = watched.plan
    plan.shift()

    def mark() -> bytes:
        return watched.get().fragments.contents[AS_OF]

    def change(**values: object) -> None:
        with game.database.unit_of_work() as session:
            settings.change(session, SLUG, values, plan.organizer)

    marks = [mark()]
    for deed in (partial(change, needs_team=False), plan.game.freeze, plan.game.close, plan.game.open):
        deed()
        marks.append(mark())
    plan.game.team("Foxes", GUS)

    assert [before == after for before, after in pairwise(marks)] == [False] * 4
    assert mark() == marks[-1]


def test_page_loads_again_when_the_first_round_ends_or_waits_for_one_team(watched: Watched, game: Game) -> None:
    plan = watched.plan
    first, second = plan.shift(6), plan.shift(9)
    plan.game.team("Foxes", GUS)
    with game.database.unit_of_work() as session:
        settings.change(session, SLUG, {"first_round": 1}, plan.organizer)
    marks = [watched.get().fragments.contents[AS_OF]]

    for shift_id, email in ((first, ADA), (first, DUA), (first, GUS), (second, BO)):
        plan.sign_up(shift_id, email)
        marks.append(watched.get().fragments.contents[AS_OF])

    assert [before == after for before, after in pairwise(marks)] == [True, False, False, True]


def test_position_of_a_page_is_known_while_nothing_has_changed_since(watched: Watched, game: Game) -> None:
    watched.plan.shift()
    found = watched.get().fragments.position

    def position() -> Position | None:
        with game.database.reading() as session:
            return watched.lists.position(session, game.week(), "public", shows_everyone=True)

    known = position()
    with game.database.unit_of_work() as session:
        shift = watched.plan.shifts()[0]
        seats.sign_up(session, SLUG, shift.id, watched.plan.person(ADA).id, watched.plan.act_of(ADA))

    assert (known, position()) == (found, None)
