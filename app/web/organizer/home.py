"""`/organizer`: what needs an organizer now, how things stand, and what to do next."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.domain.actor import SignedInAct
from app.services.intake import health
from app.services.organizing import dashboard, dead_jobs, service_health
from app.services.organizing.dashboard import Overview
from app.web.deps import AppJobKinds, OrganizerAct, OrganizerRealAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.render import day
from app.web.organizer import wording
from app.web.organizer.home_tasks import tasks
from app.web.organizer.page import zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


class Step(NamedTuple):
    """One thing the first week needs: whether it is done, what it is, why, and where it is done."""

    done: bool
    title: str
    text: str
    href: str
    label: str


class Next(NamedTuple):
    """The one thing to do now."""

    text: str
    href: str
    label: str


@router.get("/organizer")
def organizer_home(
    request: Request, act: OrganizerAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """The overview."""
    return home_page(Page(request, act, session, flash=DONE.get(done, "")))


def home_page(page: Page[SignedInAct]) -> Response:
    """The overview, by the game's time; jobs, tokens and the service go by the real one."""
    overview = dashboard.look(page.session, page.clock.game(), page.clock.real())
    zone = zone_of(overview.week)
    service = service_health.look(page.session, page.settings, page.clock.real())
    sources = [each for each in health.every(page.session, page.clock.real()) if each.needs_a_look]
    return page.render(
        "organizer/home.html", found=overview, zone=zone, steps=steps(overview), next_step=next_step(overview),
        tasks=tasks(overview, sources, service, zone), service=service, version=__version__, job_name=wording.job,
    )  # fmt: skip


@router.post("/organizer/jobs/{job_id}/retry", name="job_retry")
def retry_job(request: Request, act: OrganizerRealAct, job_id: str, kinds: AppJobKinds) -> Response:
    """Have a job that failed for good tried again, or all of them."""

    def revive(session: Session, act: SignedInAct) -> Done:
        dead_jobs.revive(session, job_id, act, kinds)
        return Done("organizer_home", "revived")

    return submit(request, act, revive, page=home_page)


@router.post("/organizer/jobs/{job_id}/dismiss", name="job_dismiss")
def dismiss_job(request: Request, act: OrganizerRealAct, job_id: str) -> Response:
    """Leave a job that failed for good undone, or all of them."""

    def dismiss(session: Session, act: SignedInAct) -> Done:
        dead_jobs.dismiss(session, job_id, act)
        return Done("organizer_home", "dismissed")

    return submit(request, act, dismiss, page=home_page)


DONE = {
    "welcome": "Welcome. Set up, run and close weeks here.",
    "revived": "Trying again. If it fails, it shows here again.",
    "dismissed": "Dismissed. It won’t be tried again.",
}


def steps(found: Overview) -> list[Step]:
    """The first week, in order; what can only be done in a week leads nowhere before there is one."""
    weeks = url_for("organizer_weeks")
    week = url_for("organizer_week", week=found.week.slug) if found.week else ""
    teams = url_for("organizer_teams", week=found.week.slug) if found.week else ""
    rules = Step(
        False, "Check the rules", f"Rules version {found.rules_version} is active.", "#rules", "See what is wrong"
    )
    return [
        Step(found.week is not None, "Create a week", "A name, its days and its time zone.", weeks, "Create a week"),
        Step(
            found.teams > 0, "Add people to teams", "By hand, or from a CSV with team, name and email.",
            teams, "Set up teams",
        ),
        *([rules] if found.rules_errors else []),
        Step(
            found.phase not in {"none", "draft"}, "Open the week", "Teams can earn points once it’s open.",
            week, "Open week",
        ),
        Step(
            found.people > 1 and found.never_in == 0, "Invite everyone",
            "Each person gets a sign-in link. A join code lets people into a team.",
            f"{teams}#invite-title" if teams else "", "Create links",
        ),
        Step(
            found.tokens > 0 or found.connections > 0, "Connect a tool",
            "Zendesk, GitHub and others report activities by themselves. Scripts use a token.",
            url_for("organizer_sources"), "Connect a tool",
        ),
        Step(
            found.displays > 0, "Put it on a screen", "Open /display there and enter the code it shows.",
            url_for("organizer_displays"), "Pair a display",
        ),
    ]  # fmt: skip


def next_step(found: Overview) -> Next:
    """The tasks that the state of the week asks for."""
    slug = found.week.slug if found.week else ""
    week = url_for("organizer_week", week=slug)
    match found.phase:
        case "none":
            weeks = url_for("organizer_weeks")
            return Next("Create the first week: a name, its days and its time zone.", weeks, "Create a week")
        case "draft" if not found.teams:
            teams = url_for("organizer_teams", week=slug)
            return Next("A draft without teams. Add teams, then open it.", teams, "Set up teams")
        case "draft":
            return Next("A draft. Check its teams, then open it.", week, "Open week")
        case "ahead":
            teams = url_for("organizer_teams", week=slug)
            begins = f"Starts {day(found.week.starts)}. " if found.week else ""
            return Next(f"{begins}Next: create sign-in links.", f"{teams}#invite-title", "Create links")
        case "running":
            board = url_for("week_board", week=slug)
            return Next("It’s open.", board, "See the board")
        case "over":
            return Next(
                "Last day over. Close it once late activities are in, then present the results.", week, "Close week"
            )
        case _:
            if found.week is not None and found.week.frozen_at is not None:
                return Next(
                    "Closed, and still frozen. Present the results, then reveal the board.", week, "Reveal board"
                )
            href = url_for("week_summary", week=slug)
            return Next("Closed. Present the results, or set up the next week.", href, "See the summary")
