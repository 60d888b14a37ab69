"""Metrics of a week, for scripts."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.services.week_metrics import week_metrics
from app.services.weeks import weeks
from app.web import documents
from app.web.api.weeks import Slug
from app.web.deps import AppClock, Reader, ReadSession
from app.web.documents import week_metrics_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)


@router.get("/weeks/{week}/metrics", operation_id="getWeekMetrics", responses={200: {"model": documents.MetricsOfWeek}})
@takes_long
def show_week_metrics(actor: Reader, session: ReadSession, clock: AppClock, week: Slug) -> Response:
    """The metrics of the week; while it is frozen, for all but organizers as they stood at the freeze."""
    found = weeks.find(session, week, clock.game())
    metrics = week_metrics.of_week(session, found, weeks.view(found, actor), clock.game())
    return JSONResponse(week_metrics_document(metrics))
