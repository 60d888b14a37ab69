"""Answer reviews of a week in figures, for organizers' scripts; reviews themselves are on two people's pages alone."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.services.reviews import figures
from app.services.weeks import weeks
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, ReadSession
from app.web.documents import reviews as documents
from app.web.documents.reviews import reviews_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["reviews"], route_class=DatabaseRoute)


@router.get("/weeks/{week}/reviews", operation_id="getReviews", responses={200: {"model": documents.ReviewFigures}})
def show_reviews(act: AdminAct, session: ReadSession, week: Slug) -> Response:
    """The answer reviews of the week in figures: shares from 5 reviews of 5 authors on, and how far reviewers agree."""
    found = weeks.find(session, week, act.now)
    return JSONResponse(reviews_document(figures.of_week(session, found)))
