"""The JSON API, version 1."""

from fastapi import APIRouter

from app.web.api import activities, boards, corrections, rules, weeks
from app.web.api.schemas import PROBLEMS

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
for part in (weeks, boards, activities, corrections, rules):
    router.include_router(part.router)

__all__ = ["router"]
