"""The summary's addresses: the page, its charts, and the card to share."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.view import audience_of
from app.web.charts import ChartTheme, Size, Theme
from app.web.deps import AppSummaries, BoardReader
from app.web.routes import DatabaseRoute
from app.web.views import answer

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/summary", route_class=DatabaseRoute)


@router.get("")
async def week_summary(request: Request, actor: BoardReader, summaries: AppSummaries, week: str) -> Response:
    """The end-of-week summary."""
    return await answer(request, (await summaries.get(week, audience_of(actor))).page)


@router.get("/charts/{name}.svg")
async def week_chart(
    request: Request,
    actor: BoardReader,
    summaries: AppSummaries,
    week: str,
    name: str,
    theme: Theme = "light",
    size: Size = "wide",
) -> Response:
    """One of the summary's charts; whatever else the address says only tells browsers when to fetch it anew."""
    summary = await summaries.get(week, audience_of(actor))
    return await answer(request, await summaries.chart(summary, name, ChartTheme(theme, size)))


@router.get("/card.png")
async def week_card(request: Request, actor: BoardReader, summaries: AppSummaries, week: str) -> Response:
    """The card that is shown where somebody shares the summary, 1200 × 630."""
    summary = await summaries.get(week, audience_of(actor))
    return await answer(request, await summaries.card(summary))
