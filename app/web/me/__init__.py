"""A person's own pages: their team, what they did, what they log by hand, and how they are signed in."""

from fastapi import APIRouter

from app.web.me import account, activities, log, mark, team

router = APIRouter(include_in_schema=False)
for part in (mark, team, log, activities, account):
    router.include_router(part.router)
