"""The organizers' pages, a module for each."""

from fastapi import APIRouter

from app.web.organizer import audit, home, people, person, tokens

routers: list[APIRouter] = [home.router, people.router, person.router, tokens.router, audit.router]
