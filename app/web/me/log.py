"""Log an activity by hand: for oneself, into the current week."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BeforeValidator
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.calendar.days import local_day, moment_at
from app.domain.draft import Reading
from app.domain.rulebook.chapters import title_with_points
from app.domain.rules import SHIFT, Rules
from app.errors import Conflict, Malformed, OutsideWeek, Problem, WeekNotOpen
from app.models import Team, Week
from app.models.columns import is_id, new_id
from app.services.ledger import hand_logs, my_week, recording
from app.services.ledger.activities import ActivityView
from app.services.ledger.drafts import LONGEST_TEXT, read_address, read_prose
from app.services.rules import rule_sets
from app.services.shifts import settings, shifts
from app.services.weeks import schedule, weeks
from app.web.deps import MemberAct, ReadSession
from app.web.http.fields import MaxLength, a_day, a_time, says
from app.web.http.forms import UNSAVED, Form, FormInvalid, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

CHOOSE = "Choose an activity."
SENTENCES = {
    "kind": CHOOSE,
    "url": f"A link begins with http:// or https://, has no spaces, and at most {LONGEST_TEXT:,} characters.",
    "note": f"A note has at most {LONGEST_TEXT:,} characters, and nothing invisible in it.",
}
OVER = "Not saved: this week is closed. Tell an organizer what’s missing."
BY_SEAT = "Shifts aren’t logged by hand in this week. Check in to yours, or ask an organizer to add you to one."
ANOTHER_WEEK = "Not saved: another week started. Check the day, then log it again."

router = APIRouter(route_class=DatabaseRoute)


def _chosen(kind: str) -> str:
    if not kind:
        raise Malformed(CHOOSE)
    return kind


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _fits(name: str, read: Callable[[str], str]) -> BeforeValidator:
    """A type's way to read an address or a note as the ledger does, in the words of the form."""

    def check(text: str) -> str:
        plain = _plain(text)
        try:
            if plain:
                read(plain)
        except ValueError:
            raise ValueError(SENTENCES[name]) from None
        if len(plain) > LONGEST_TEXT:
            raise ValueError(SENTENCES[name])
        return text

    return BeforeValidator(check)


class LogForm(Form):
    """One activity of mine; `id` makes sending it twice the same as sending it once."""

    id: str
    week: str
    kind: Annotated[str, says(_chosen)]
    day: Annotated[date, a_day("Choose a day of the week.")]
    time: Annotated[time, a_time("Enter a time, such as 14:30.")]
    url: Annotated[str, MaxLength(LONGEST_TEXT), _fits("url", read_address)] = ""
    note: Annotated[str, _fits("note", read_prose)] = ""

    @property
    def link(self) -> str:
        """The address without what pasting brought along."""
        return self.url.strip()

    @property
    def text(self) -> str:
        """The note with one kind of line's end."""
        return _plain(self.note)


AnyLogForm = TypeVar("AnyLogForm", bound=LogForm)


@dataclass(frozen=True, slots=True)
class LogContext:
    """The context of logging: the week, its rules, those its board is shown by, the person's team there.

    Where it `needs_team`, what is done without one scores nothing yet.
    """

    week: Week
    rules: Rules
    shown_rules: Rules
    team: Team | None
    has_shifts: bool
    needs_team: bool = True

    @property
    def kinds(self) -> list[str]:
        """The kinds that can be logged: where there are shifts, those are signed up for instead."""
        return [kind.name for kind in self.rules.kinds if not (self.has_shifts and kind.name == SHIFT)]

    def label(self, kind: str) -> str:
        """A kind with its points as the board is shown: "Issue, +5"; without them where no team is needed or there."""
        scores = self.team is not None or self.needs_team
        return title_with_points(kind, self.rules, self.shown_rules if scores else None)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the week's days and hours."""
        return self.week.zone


@router.get("/me/log")
def log_form(request: Request, act: MemberAct, session: ReadSession) -> Response:
    """The form, filled in for this moment."""
    return log_page(Page(request, act, session))


def log_page(page: Page[SignedInAct]) -> Response:
    """The form, or why there is none; what was sent for another week is checked again by who typed it."""
    context = _context(page.session, page.act)
    if context is None:
        return page.render("me/no_week.html", section="log")
    form = with_day(
        page.form(LogForm, id=new_id(), week=context.week.slug, **now_in(context, page.act.now)), context.week
    )
    typed_id = str(form["id"].value)
    return page.render(
        "me/log.html", section="log", week=context.week.slug, scene=context,
        form=form.having(week=context.week.slug, id=typed_id if is_id(typed_id) else new_id()),
        upcoming=schedule.upcoming(page.session, context.week.id),
        kinds=[(kind, context.label(kind)) for kind in context.kinds],
    )  # fmt: skip


def _context(session: Session, act: SignedInAct) -> LogContext | None:
    week = my_week.week_to_play(session, act.now)
    if week is None:
        return None
    team = my_week.team_in(session, week, act.actor.person_id)
    shown = rule_sets.rules_numbered(session, weeks.view(week, act.actor).rule_set_id)
    needs_team = settings.settings_of(session, week).needs_team
    has_shifts = shifts.has_any(session, week)
    return LogContext(week, rule_sets.rules_of(session, week), shown, team, has_shifts, needs_team)


def now_in(context: LogContext, now: datetime) -> dict[str, str]:
    """Today, or the week's day next to it, and the time of day."""
    today = min(max(local_day(now, context.zone), context.week.starts), context.week.ends)
    return {"day": today.isoformat(), "time": f"{now.astimezone(context.zone):%H:%M}"}


@router.post("/me/log", name="activity_log")
def log_activity(request: Request, act: MemberAct, form: FormState[LogForm]) -> Response:
    """Record what I did, as a tool would report it."""
    return submit(request, act, partial(_record, form), form=form, page=log_page)


def _record(form: FormState[LogForm], session: Session, act: SignedInAct) -> Done:
    data, context = form.data, _context(session, act)
    if context is None or data.week != context.week.slug or not is_id(data.id):
        raise Conflict(ANOTHER_WEEK)
    at = moment_logged(data, context)
    reading = by_hand(data.kind, at, data.id, data.link, data.text, act)
    is_repeat = bool(reading.key and recording.known_ids(session, context.week, [reading.key]))
    if data.kind not in context.kinds and not is_repeat:
        raise FormInvalid({"kind": BY_SEAT})
    try:
        outcome = hand_logs.log(session, context.week.slug, reading, act)
    except Problem as problem:
        raise at_its_field(problem) from None
    flash = "before" if outcome.repeated and not _says(outcome.activity, data, at) else "logged"
    return Done("my_activity", flash, {"activity": outcome.id})


def with_day(form: FormState[AnyLogForm], week: Week) -> FormState[AnyLogForm]:
    """The form, with a day outside the week among its mistakes where it has any."""
    if not form.errors:
        return form
    return replace(form, errors={**_day_outside(str(form["day"].value), week), **form.errors})


def _day_outside(day: str, week: Week) -> dict[str, str]:
    try:
        is_inside = week.starts <= date.fromisoformat(day) <= week.ends
    except ValueError:
        return {}
    return {} if is_inside else {"day": f"Choose a day from {week.starts} to {week.ends}."}


def moment_logged(data: LogForm, context: LogContext) -> datetime:
    """The moment it was (UTC). Raises FormInvalid for one there was not, and for an unknown kind."""
    if data.kind not in context.rules.kind_by_name:
        raise FormInvalid({"kind": CHOOSE})
    at = moment_at(data.day, data.time, context.zone)
    if at is None:
        sentence = f"Clocks skipped {data.time:%H:%M} that day. Choose another time."
        raise FormInvalid({"time": sentence})
    return at


def by_hand(kind: str, at: datetime, form_id: str, link: str, note: str, act: SignedInAct) -> Reading:
    """Something logged by hand; its id is the person's own, so that nobody meets another's."""
    key = f"{act.actor.person_id}-{form_id}"
    return hand_logs.read(kind, act.actor.email, at, key, link=link, note=note)


def _says(activity: ActivityView | None, data: LogForm, at: datetime) -> bool:
    """Tell whether an activity is what the form says."""
    said = (at, data.link, data.text)
    return activity is not None and (activity.occurred_at, activity.url or "", activity.note or "") == said


def at_its_field(problem: Problem) -> Problem:
    """A refusal of the ledger's, in the words of the form and at its field."""
    match problem:
        case OutsideWeek():
            sentence = problem.detail.replace("occurred_at is", "This is")
            return OutsideWeek(UNSAVED, errors=[{"field": "day", "message": sentence}])
        case WeekNotOpen():
            return Conflict(OVER)
        case Malformed():
            named = [error["field"] for error in problem.extra.get("errors", ())]
            fields = {name: SENTENCES[name] for name in named if name in SENTENCES}
            return FormInvalid(fields) if fields else problem
        case _:
            return problem
