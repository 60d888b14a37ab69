"""Shifts: a week's calendar as people see it and sign up from, each shift with what its people do, and what moves."""

from fastapi import APIRouter

from app.web.shifts import buttons, live, page, shift

routers: list[APIRouter] = [  # the stream first: its address looks like a shift's
    live.router,
    page.router,
    shift.router,
    buttons.router,
]
