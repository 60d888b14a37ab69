"""The organizers' pages."""

from fastapi import APIRouter

from app.web.organizer import displays, teams, weeks

routers: list[APIRouter] = [weeks.router, teams.router, displays.router]
