"""Log something by hand: for oneself, into the current week."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.domain.calendar.days import local_day, moment_at
from app.domain.draft import Reading
from app.domain.rules import Rules
from app.domain.wording import kind_title
from app.errors import Malformed, OutsideWeek, Problem, WeekNotOpen
from app.models import Team, Week
from app.models.columns import is_id, new_id
from app.services.ledger import my_week
from app.services.ledger.activities import ActivityView
from app.services.ledger.drafts import LONGEST_TEXT, read_fields
from app.services.rules import rule_sets
from app.web.access import SignedIn
from app.web.context import Installation, installation
from app.web.http import redirects
from app.web.http.problems import headers_of
from app.web.me.private import page
from app.web.routes import DatabaseRoute

SOURCE = "by hand"
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SENTENCES = {
    "kind": "Choose what it was.",
    "url": f"A link begins with http:// or https://, has no spaces, and at most {LONGEST_TEXT:,} characters.",
    "note": f"A note has at most {LONGEST_TEXT:,} characters, and nothing invisible in it.",
}
_OVER = "The week is over, so nothing more is recorded. Tell an organizer what is missing."
_ANOTHER_WEEK = "Another week began while you were typing. Check the day, then send this once more."

router = APIRouter(route_class=DatabaseRoute)


class Typed(BaseModel):
    """The form as it came, whatever it says; `id` makes sending it twice the same as sending it once."""

    id: str = ""
    week: str = ""
    kind: str = ""
    day: str = ""
    time: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Scene:
    """The context of logging: the week, its rules, the person's team there."""

    week: Week
    rules: Rules
    team: Team | None

    @property
    def zone(self) -> ZoneInfo:
        return self.week.zone


@dataclass(frozen=True, slots=True)
class _Flaws:
    """The flaws of a form: a sentence for the whole, sentences by field, and the status of the answer."""

    sentence: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    status: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)


@router.get("/me/log")
async def log_form(request: Request, who: SignedIn) -> Response:
    """The form, filled in for this moment."""
    place = installation(request)
    scene = await place.database.reads.run(_look, place, who)
    if scene is None:
        return page(request, who, "no_week", section="log")
    return _form(request, who, scene, _blank(scene, place.clock.game()), _Flaws(status=200))


@router.post("/me/log", name="activity_log")
async def log_activity(request: Request, who: SignedIn, typed: Annotated[Typed, Form()]) -> Response:
    """Record what I did, as a tool would report it; the form comes back with sentences where that cannot be."""
    place = installation(request)
    scene = await place.database.reads.run(_look, place, who)
    if scene is None:
        return page(request, who, "no_week", section="log")
    at, flaws = _check(typed, scene)
    if flaws is not None or at is None:
        return _form(request, who, scene, typed, flaws or _Flaws())
    try:
        recorded = await place.write_queue.record(scene.week.slug, _read(typed, at, who), who)
    except Problem as problem:
        return _form(request, who, scene, typed, _flaws_of(problem))
    done = "before" if recorded.repeated and not _says(recorded.activity, typed, at) else "logged"
    return redirects.see("my_activity", done=done, activity=recorded.id)


def _look(place: Installation, who: SignedInActor) -> _Scene | None:
    with place.database.reading() as session:
        week = my_week.week_to_play(session, place.clock.game())
        if week is None:
            return None
        return _Scene(week, rule_sets.rules_of(session, week), my_week.team_in(session, week, who.person_id))


def _blank(scene: _Scene, now: datetime) -> Typed:
    today = min(max(local_day(now, scene.zone), scene.week.starts), scene.week.ends)
    clock = f"{now.astimezone(scene.zone):%H:%M}"
    return Typed(id=new_id(), week=scene.week.slug, day=today.isoformat(), time=clock)


def _form(request: Request, who: SignedInActor, scene: _Scene, typed: Typed, flaws: _Flaws) -> Response:
    sheet = typed if is_id(typed.id) else typed.model_copy(update={"id": new_id()})
    response = page(
        request, who, "log", section="log", status=flaws.status, week=scene.week.slug, scene=scene,
        typed=sheet.model_copy(update={"week": scene.week.slug}), errors=flaws.fields, refused_with=flaws.sentence,
        kinds=[(kind.name, kind_title(kind.name, scene.rules)) for kind in scene.rules.kinds],
    )  # fmt: skip
    response.headers.update(flaws.headers)
    return response


def _check(typed: Typed, scene: _Scene) -> tuple[datetime | None, _Flaws | None]:
    """Parse the moment (UTC), or tell the flaws of the form."""
    if typed.week != scene.week.slug or not is_id(typed.id):
        return None, _Flaws(_ANOTHER_WEEK, status=409)
    day, clock = _day(typed.day), _clock(typed.time)
    fields = {}
    if typed.kind not in scene.rules.kind_by_name:
        fields["kind"] = _SENTENCES["kind"]
    if day is None:
        fields["day"] = "Choose a day of the week."
    if clock is None:
        fields["time"] = "Give a time of day, such as 14:30."
    at = moment_at(day, clock, scene.zone) if day and clock is not None else None
    if day and clock is not None and at is None:
        fields["time"] = f"There was no {clock:%H:%M} on that day: clocks went forward. Give a time before or after."
    return at, _Flaws(fields=fields) if fields else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def _read(typed: Typed, at: datetime, who: SignedInActor) -> Reading:
    """The form as the API would be told; its id is the person's own, so that nobody meets another's activity by it."""
    return read_fields(
        {
            "kind": typed.kind,
            "person": who.email,
            "occurred_at": at.astimezone(UTC).isoformat(),
            "source": SOURCE,
            "external_id": f"{who.person_id}-{typed.id}",
            "url": typed.url.strip(),
            "note": _note(typed),
        }
    )


def _note(typed: Typed) -> str:
    return typed.note.replace("\r\n", "\n").strip()


def _says(activity: ActivityView | None, typed: Typed, at: datetime) -> bool:
    """Tell whether an activity is what the form says."""
    said = (at, typed.url.strip(), _note(typed))
    return activity is not None and (activity.occurred_at, activity.url or "", activity.note or "") == said


def _flaws_of(problem: Problem) -> _Flaws:
    match problem:
        case OutsideWeek():
            return _Flaws(
                fields={"day": problem.detail.replace("occurred_at lies", "This lies")}, status=problem.status
            )
        case WeekNotOpen():
            return _Flaws(_OVER, status=problem.status)
        case Malformed():
            named = [error["field"] for error in problem.extra.get("errors", ())]
            fields = {name: _SENTENCES[name] for name in named if name in _SENTENCES}
            return _Flaws("" if fields else problem.detail, fields, problem.status)
        case _:
            return _Flaws(problem.detail, status=problem.status, headers=headers_of(problem))
