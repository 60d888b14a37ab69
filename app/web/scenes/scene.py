"""Scenes of the office display, and the context they are built from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.rules import Rules
from app.domain.scoring.tally import TeamScore
from app.domain.screens.wall import Message
from app.domain.standings.board import Board
from app.domain.standings.lines import TeamInfo
from app.domain.view import View
from app.models import Week
from app.services.scoring import scores
from app.services.shifts.coverage import NO_SHIFTS, BoardShifts
from app.services.standings import boards
from app.services.weeks import weeks


@dataclass(frozen=True)
class SceneContext:
    """One week as everybody may see it: everything here is of the freeze while the week is frozen, but for shifts.

    `now` is the moment the picture is made at; another is made whenever a shift starts or ends.
    """

    board: Board
    rules: Rules
    zone: ZoneInfo
    week: Week
    session: Session
    now: datetime
    shifts: BoardShifts = NO_SHIFTS
    messages: Sequence[Message] = ()
    is_large: bool = False

    @cached_property
    def view(self) -> View:
        """The week as the public may see it."""
        return weeks.view_of(self.week, "public")

    @property
    def moment(self) -> datetime:
        """The moment the board is of (UTC)."""
        return self.board.as_of

    @cached_property
    def names(self) -> Mapping[str, str]:
        """People's names by id."""
        return boards.names_in(self.session, self.week, self.view)

    @cached_property
    def teams(self) -> list[TeamInfo]:
        """The teams on the board, best first."""
        return [
            TeamInfo(standing.team_id, standing.team, standing.members, standing.tone, standing.emblem)
            for standing in self.board.standings
        ]

    @cached_property
    def scores(self) -> Mapping[str, TeamScore]:
        """Scores by team id; the kept ones, or those of the freeze."""
        if not self.view.looks_back:
            return scores.of_week(self.session, self.week).teams
        return scores.compute(self.session, self.week, self.rules, view=self.view).teams


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing the display shows for a while.

    `build_context` makes what the template `display/scenes/<name>.html` calls `it`; None means there is nothing to say,
    and the display goes on to the next scene. `it.title` takes the place of `title`, and `it.aside` stands beside it; a
    scene without a title brings its own heading with the id `title-<key>`. Where there is `pages`, each of them is an
    `it`, shown one after the other; it may have a `name` to ask for it by, and end at `until`.
    """

    name: str
    title: str
    seconds: int
    build_context: Callable[[SceneContext], Mapping[str, object] | None]

    @property
    def template(self) -> str:
        """The scene's template."""
        return f"display/scenes/{self.name}.html"
