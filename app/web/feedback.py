"""`/weeks/{week}/feedback`: you said, we did; public as the board is, but for what is new."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInActor
from app.domain.feedback import LABELS, State
from app.domain.view import audience_of
from app.services.feedback import listing
from app.services.standings import stories
from app.services.weeks import weeks
from app.web.deps import BoardAct, ReadSession
from app.web.routes import DatabaseRoute
from app.web.submit import Page

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/feedback", route_class=DatabaseRoute)

SHOWN: tuple[State, ...] = ("done", "doing", "planned", "not_now")


@router.get("", name="feedback")
def show_feedback(request: Request, act: BoardAct, session: ReadSession, week: str) -> Response:
    """The outcomes of a week's wishes, and those of the week before that are done."""
    found = weeks.find(session, week, act.now)
    view = weeks.view(found, act.actor)
    listed = [each for each in listing.of_week(session, found, act.actor, view) if each.item.state != "new"]
    sections = [(LABELS[state], [each for each in listed if each.item.state == state]) for state in SHOWN]
    before = next(iter(stories.earlier(session, found, audience_of(act.actor))), None)
    since = [
        each
        for each in (listing.of_week(session, before, act.actor, weeks.view(before, act.actor)) if before else ())
        if each.item.state == "done"
    ]
    return Page(request, act, session).render(
        "feedback/index.html", week=found.slug, name=found.name, before=before, since=since,
        sections=[(label, listed) for label, listed in sections if listed], may_organize=_organizes(act),
    )  # fmt: skip


def _organizes(act: Act) -> bool:
    return isinstance(act.actor, SignedInActor) and act.actor.organizes
