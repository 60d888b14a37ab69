"""Shifts: a week's calendar as people see it, and what moves on it."""

from fastapi import APIRouter

from app.web.shifts import live

routers: list[APIRouter] = [live.router]  # the stream first: its address looks like a shift's
