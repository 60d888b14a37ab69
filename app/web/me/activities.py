"""My activities: all of a week's, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.services.access import accounts
from app.services.ledger import my_week
from app.services.rules import rule_sets
from app.services.weeks import weeks
from app.web.access import SignedIn
from app.web.context import installation
from app.web.me.private import page
from app.web.routes import DatabaseRoute

PER_PAGE = 25  # a day's work of a busy person, on two screens of a phone
DONE = {
    "logged": "Recorded. Thank you!",
    "before": "This form was sent before, so nothing was added. Below is what it recorded then.",
}

router = APIRouter(route_class=DatabaseRoute)


@router.get("/me/activities")
async def my_activities(
    request: Request,
    who: SignedIn,
    week: Annotated[str, Query()] = "",
    cursor: Annotated[str | None, Query()] = None,
) -> Response:
    """List my activities in a week (the current one, unless another is asked for), the newest first."""
    place = installation(request)

    def load() -> Response:
        with place.database.reading() as session:
            now = place.clock.game()
            shown = weeks.find(session, week, now) if week else my_week.week_to_play(session, now)
            if shown is None:
                return page(request, who, "no_week", section="activities")
            view = weeks.view(shown, who)
            found = my_week.page(session, shown, who.person_id, cursor=cursor, limit=PER_PAGE, view=view)
            return page(
                request, who, "activities", section="activities", week=shown.slug, shown=shown, found=found,
                is_first=cursor is None, weeks=my_week.weeks_of(session, who.person_id), zone=shown.zone,
                kinds=rule_sets.rules_numbered(session, view.rule_set_id).kind_by_name,
            )  # fmt: skip

    return await place.database.reads.run(load)


@router.get("/me/activities/{activity}")
async def my_activity(request: Request, who: SignedIn, activity: str, done: Annotated[str, Query()] = "") -> Response:
    """One activity of mine; also what is shown after logging one."""
    place = installation(request)

    def load() -> Response:
        with place.database.reading() as session:
            person = accounts.find(session, who.person_id)
            week, found = my_week.find(session, person, activity, who)
            rules = rule_sets.rules_numbered(session, weeks.view(week, who).rule_set_id)
            return page(
                request, who, "activity", section="activities", week=week.slug, shown=week, found=found,
                zone=week.zone, kinds=rules.kind_by_name,
                done=DONE.get(done, ""),
            )  # fmt: skip

    return await place.database.reads.run(load)
