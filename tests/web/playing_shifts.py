"""Shifts of a running server, in short ways to ask for them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from app.domain.actor import Scope
from app.domain.calendar.slots import slot_between
from app.models import Shift, ShiftSettings
from app.services.shifts import shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import PACIFIC, SLUG, act_by, moment
from tests.web.running_app import WEEK, RunningApp

SHIFTS = f"{WEEK}/shifts"
THURSDAY = "2022-09-15 06:00"


@dataclass(frozen=True)
class Shifts:
    """The shifts of the standard week, asked for over HTTP with a token that may write them."""

    site: RunningApp

    def make(self, begin: str = THURSDAY, *, seats: int = 3, hours: float = 2, label: str = "") -> str:
        """A shift from a local time on; its id."""
        start = moment(begin)
        span = slot_between(start, start + timedelta(hours=hours), PACIFIC)
        with self.site.database.unit_of_work() as session:
            fields = ShiftFields(seats, needed=min(1, seats), label=label)
            return shifts.create(session, SLUG, span, fields, act_by("Olu", self.site.clock.now)).id

    def set(self, **changes: Any) -> None:
        """Set how the week's shifts work."""
        with self.site.database.unit_of_work() as session:
            session.merge(ShiftSettings(week_id=self.site.game.week().id, **changes))

    def change(self, shift_id: str, **changes: Any) -> None:
        """Give a shift's row other values, whatever an organizer could do."""
        with self.site.database.unit_of_work() as session:
            shift = session.get_one(Shift, shift_id)
            for name, value in changes.items():
                setattr(shift, name, value)
            session.add(shift)

    def post(self, path: str, *scopes: Scope, **body: Any) -> httpx.Response:
        """Send a document to an address below the shifts; by players' rules unless scopes say otherwise."""
        address = f"{SHIFTS}/{path}" if path else SHIFTS
        return self.site.post(address, *(scopes or ("shifts:write",)), json=body)

    def delete(self, path: str, *scopes: Scope, **query: str) -> httpx.Response:
        """Delete an address below the shifts."""
        return self.site.ask("DELETE", f"{SHIFTS}/{path}", *(scopes or ("shifts:write",)), params=query)

    def sign_up(self, shift_id: str, email: str, *scopes: Scope, **more: Any) -> httpx.Response:
        """Take a seat for somebody."""
        return self.post(f"{shift_id}/sign-ups", *scopes, person=email, **more)

    def seat(self, shift_id: str, email: str) -> str:
        """The address of a seat that somebody has just taken, below the shifts."""
        return f"{shift_id}/sign-ups/{self.sign_up(shift_id, email).json()['id']}"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """The status of an answer, and the code with which it refuses."""
    return answer.status_code, answer.json().get("code", "")
