"""The JSON API, version 1."""

from fastapi import FastAPI

from app.web.api import activities, boards, corrections, rules, weeks
from app.web.api.schemas import PROBLEMS


def include_in(app: FastAPI) -> None:
    """Add the API's routes to an application, part by part: FastAPI searches each level of nested routers twice."""
    for part in (activities, boards, weeks, corrections, rules):
        app.include_router(part.router, prefix="/api/v1", responses=PROBLEMS)
