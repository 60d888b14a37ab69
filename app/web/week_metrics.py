"""`/weeks/{week}/metrics`: how a week went, in numbers that say what they mean, and over weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.rounding import whole
from app.domain.view import audience_of
from app.domain.week_metrics import Share, WeekMetrics, answered_line, per_hundred
from app.domain.wording import duration
from app.models import Week
from app.services.standings import stories
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks
from app.web.deps import MemberAct, ReadSession
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Page

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/metrics", route_class=DatabaseRoute)

NONE = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name, what it is out of, and its definition in plain words."""

    name: str
    value: str
    out_of: str
    about: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week among others: `percent` is the share within the promise, for its bar; None where unknown."""

    week: Week
    metrics: WeekMetrics
    percent: int | None


@router.get("", name="week_metrics")
@takes_long
def show_metrics_page(request: Request, act: MemberAct, session: ReadSession, week: str) -> Response:
    """The metrics of a week, for everyone who signed in; while it is frozen, for all but organizers those of then."""
    found = weeks.find(session, week, act.now)
    view = weeks.view(found, act.actor)
    metrics = week_metrics.of_week(session, found, view, act.now)
    limit = "1 hour" if found.sla == 3600 else duration(found.sla)
    return Page(request, act, session).render(
        "metrics/index.html", week=found.slug, name=found.name, zone=found.zone, metrics=metrics, limit=limit,
        is_frozen=view.looks_back, frozen_at=found.frozen_at, is_hidden=found.frozen_at is not None,
        is_closed=found.state == "closed",
        line=answered_line(metrics.first_within, found.sla), customers=_customers(metrics, limit),
        shifts=_shifts(metrics), people=_people(metrics), groups=metrics.by_function, percent=percent,
        rows=_over_weeks(session, found, metrics, act),
    )  # fmt: skip


def _over_weeks(session: Session, week: Week, metrics: WeekMetrics, act: MemberAct) -> Sequence[WeekRow]:
    """The week and the closed ones before it, newest first, without rehearsals; empty where there is one alone."""
    found = [WeekRow(week, metrics, _whole_percent(metrics.within))]
    if week.rehearsal_of is None:
        for past in stories.earlier(session, week, audience_of(act.actor)):
            measured = week_metrics.of_week(session, past, weeks.view(past, act.actor), act.now)
            found.append(WeekRow(past, measured, _whole_percent(measured.within)))
    return found if len(found) > 1 else []


def _customers(metrics: WeekMetrics, limit: str) -> list[Figure]:
    first, later = metrics.first_within, metrics.next_within
    return [
        Figure(
            f"First responses within {limit}", percent(first), _out_of(first),
            "The first response to a ticket, counted from when it was opened. Nights and weekends count too.",
        ),
        Figure(
            "Median first response", _time(metrics.first_median), "",
            f"Half of the customers waited no longer. {_FROM_FIVE}",
        ),
        Figure(
            "9 of 10 first responses", _time(metrics.first_p90), "",
            f"Nine of ten customers waited no longer. {_FROM_FIVE}",
        ),
        Figure(
            f"Later responses within {limit}", percent(later), _out_of(later),
            "Further responses to a ticket, counted from the customer’s oldest message without one.",
        ),
        Figure(
            f"All responses within {limit}", percent(metrics.within), _out_of(metrics.within),
            f"Every response whose time is known, of {metrics.responses:,} in all.",
        ),
        Figure(
            "Contacts per 100 customers", _per_hundred(metrics.contact_rate), "",
            "How often customers write. Shown once contacts and the number of customers are known.",
        ),
    ]  # fmt: skip


_FROM_FIVE = "Shown from 5 known times."


def _shifts(metrics: WeekMetrics) -> list[Figure]:
    covered = metrics.coverage.share
    return [
        Figure(
            "Shifts covered", percent(covered), _out_of(covered),
            "Shifts that are over in which as many people were there as were needed.",
        ),
        Figure(
            "Early shifts", percent(metrics.early), _out_of(metrics.early),
            "Shifts that started before 07:00, of all completed ones. A team’s shift counts once.",
        ),
        Figure(
            "Issues per 100 responses", _per_hundred(metrics.per_response(metrics.issues)),
            _counted(metrics.issues, "issue"),
            "Problems passed on to the product team.",
        ),
        Figure(
            "Feature requests per 100 responses", _per_hundred(metrics.per_response(metrics.feature_requests)),
            _counted(metrics.feature_requests, "request"), "Customers’ wishes passed on.",
        ),
    ]  # fmt: skip


def _people(metrics: WeekMetrics) -> list[Figure]:
    repeat = metrics.repeat
    return [
        Figure(
            "Took part", percent(metrics.took_part), _out_of(metrics.took_part),
            "Members of the week with an activity or a completed shift.",
        ),
        Figure(
            "Came back", NONE if repeat is None else percent(repeat), "" if repeat is None else _out_of(repeat),
            "People who took part in an earlier week, too. Shown from 5 people.",
        ),
    ]  # fmt: skip


def percent(share: Share) -> str:
    """A share in percent, rounded half up: “71%”; a dash of nothing."""
    whole = _whole_percent(share)
    return NONE if whole is None else f"{whole}%"


def _whole_percent(share: Share) -> int | None:
    value = share.value
    return None if value is None else int(value * 100 + Fraction(1, 2))


def _out_of(share: Share) -> str:
    return f"{share.part:,} of {share.whole:,}" if share.whole else ""


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _per_hundred(value: Fraction | None) -> str:
    number = per_hundred(value)
    return NONE if number is None else f"{number:,.1f}"


def _time(seconds: Fraction | None) -> str:
    """A time as a label, to the minute from a minute on: “1 h 27 min”."""
    if seconds is None:
        return NONE
    if seconds < Fraction(119, 2):
        return f"{whole(seconds)} s"
    hours, minutes = divmod(whole(seconds / 60), 60)
    parts = [f"{hours:,} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(part for part in parts if part)
