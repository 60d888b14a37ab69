"""A person's own pages: their team, what they did, what they log by hand, their calendars and sign-ins."""

from fastapi import APIRouter

from app.web.me import account, activities, calendar, log, mark, notices, ready, reviews, team

router = APIRouter(include_in_schema=False)
for part in (mark, team, log, activities, notices, ready, reviews, calendar, account):
    router.include_router(part.router)
