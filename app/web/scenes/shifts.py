"""The scene “shifts”: who is on shift now, and who comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.services.shifts import listing
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.web.scenes.scene import Scene, SceneContext

MOST_SHIFTS = 2  # at one time, side by side
MOST_PEOPLE = 5  # of a shift that can be read from five metres


@dataclass(frozen=True, slots=True)
class OnShift:
    """A shift that is on now or comes next, with the people who have its seats."""

    is_now: bool
    item: ShiftItem
    people: tuple[ShiftSeat, ...]

    @property
    def more(self) -> int:
        """The number of people who are not named."""
        return self.item.taken - len(self.people)


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The shifts of now and the next ones, under the line of coverage; nothing to say after the last."""
    items = [item for item in listing.of_week(context.session, context.week, context.view) if not item.is_cancelled]
    running = [item for item in items if item.shift.starts_at <= context.now < item.shift.ends_at]
    ahead = [item for item in items if item.shift.starts_at > context.now]
    following = [item for item in ahead if item.shift.starts_at == ahead[0].shift.starts_at]
    if not running and not following:
        return None
    shown = [*_shown(running, is_now=True), *_shown(following, is_now=False)]
    return {"shifts": shown} | ({"aside": context.shifts.coverage} if context.shifts.coverage else {})


def _shown(items: Iterable[ShiftItem], *, is_now: bool) -> list[OnShift]:
    return [
        OnShift(is_now, item, tuple(seat for seat in item.seats if seat.is_live)[:MOST_PEOPLE])
        for item in list(items)[:MOST_SHIFTS]
    ]


SCENE = Scene("shifts", "On shift", 12, build_context)
