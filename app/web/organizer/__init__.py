"""The organizers' pages."""

from fastapi import APIRouter

from app.web.organizer import displays

routers: list[APIRouter] = [displays.router]
