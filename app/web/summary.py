"""The summary's addresses: the page, its charts, and the card to share."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Actor
from app.domain.view import audience_of
from app.web.charts import ChartTheme, Size, Theme
from app.web.context import installation
from app.web.deps import BoardReader
from app.web.routes import DatabaseRoute
from app.web.summaries import Summary
from app.web.views import answer

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/summary", route_class=DatabaseRoute)


@router.get("")
async def week_summary(request: Request, week: str, actor: BoardReader) -> Response:
    """The end-of-week summary."""
    return await answer(request, (await _summary(request, week, actor)).page)


@router.get("/charts/{name}.svg")
async def week_chart(
    request: Request, week: str, name: str, actor: BoardReader, theme: Theme = "light", size: Size = "wide"
) -> Response:
    """One of the summary's charts; whatever else the address says only tells browsers when to fetch it anew."""
    summary = await _summary(request, week, actor)
    return await answer(request, await installation(request).summaries.chart(summary, name, ChartTheme(theme, size)))


@router.get("/card.png")
async def week_card(request: Request, week: str, actor: BoardReader) -> Response:
    """The card that is shown where somebody shares the summary, 1200 × 630."""
    summary = await _summary(request, week, actor)
    return await answer(request, await installation(request).summaries.card(summary))


async def _summary(request: Request, week: str, actor: Actor | None) -> Summary:
    return await installation(request).summaries.get(week, audience_of(actor))
