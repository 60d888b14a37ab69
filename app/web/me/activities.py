"""My activities: all of a week's, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.rules import Rules
from app.models import Week
from app.services.access import accounts
from app.services.ledger import my_week
from app.services.rules import rule_sets
from app.services.standings import boards
from app.services.weeks import weeks
from app.web.access import SignedIn
from app.web.context import installation
from app.web.me.private import page, sees_as_public
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
    place, is_public = installation(request), sees_as_public(who)

    def load() -> Response:
        with place.database.reading() as session:
            now = place.clock.game()
            shown = weeks.find(session, week, now) if week else my_week.week_to_play(session, now)
            if shown is None:
                return page(request, who, "no_week", section="activities")
            found = my_week.page(session, shown, who.person_id, cursor=cursor, limit=PER_PAGE, public=is_public)
            return page(
                request, who, "activities", section="activities", week=shown.slug, shown=shown, found=found,
                is_first=cursor is None, weeks=my_week.weeks_of(session, who.person_id), zone=shown.zone,
                kinds=_rules(session, shown, public=is_public).kind_by_name,
            )  # fmt: skip

    return await place.database.reads.run(load)


@router.get("/me/activities/{activity}")
async def my_activity(request: Request, who: SignedIn, activity: str, done: Annotated[str, Query()] = "") -> Response:
    """One activity of mine; also what is shown after logging one."""
    place, is_public = installation(request), sees_as_public(who)

    def load() -> Response:
        with place.database.reading() as session:
            person = accounts.find(session, who.person_id)
            week, found = my_week.find(session, person, activity, public=is_public)
            return page(
                request, who, "activity", section="activities", week=week.slug, shown=week, found=found,
                zone=week.zone, kinds=_rules(session, week, public=is_public).kind_by_name,
                done=DONE.get(done, ""),
            )  # fmt: skip

    return await place.database.reads.run(load)


def _rules(session: Session, week: Week, *, public: bool) -> Rules:
    """The rules whose words name a week's kinds for this reader."""
    is_looking_back = boards.seen_upto(week, public=public) is not None
    return rule_sets.rules_numbered(session, week.frozen_rule_set_id if is_looking_back else week.rule_set_id)
