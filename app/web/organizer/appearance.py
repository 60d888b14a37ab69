"""`/organizer/appearance`: the installation's own name and accent colour, with a preview, and its logo."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import accent as accents
from app.domain.actor import Act, SignedInAct
from app.domain.logo import Logo
from app.domain.look import Look
from app.errors import NotFound
from app.services import appearances
from app.services.appearances import AppearanceStale
from app.services.weeks import weeks
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http import branding, csrf
from app.web.http.fields import MaxLength, optional, say, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/appearance", route_class=DatabaseRoute)

DONE = {
    "saved": "Appearance saved. Pages show it from now on, displays within seconds.",
    "unchanged": "Nothing has changed.",
    "logo": "Logo saved. Pages show it from now on, displays within seconds.",
    "removed": "Logo removed. Pages show the mark that ships.",
    "reset": "Name, colour and logo are as they ship.",
}
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class AppearanceForm(Form):
    """The name, the accent, the version they replace, and what is to be done with them."""

    name: Annotated[str, MaxLength(appearances.LONGEST_NAME), says(appearances.check_name)] = ""
    accent: Annotated[str, MaxLength(7), optional(appearances.check_accent)] = ""
    version: Version
    do: Literal["preview", "save"] = "save"


def _logo(file: object) -> Logo:
    if not isinstance(file, bytes) or not file:
        raise ValueError("Choose a PNG.")
    return say(appearances.check_logo, file)


class LogoForm(Form):
    """The picture, and the version of the appearance that it becomes a part of."""

    file: Annotated[Logo, BeforeValidator(_logo)]
    version: Version


class ResetForm(Form):
    """The version of the appearance that is to go, or of which the logo is."""

    version: Version


@router.get("", name="organizer_appearance")
def show_appearance(request: Request, act: OrganizerRealAct, session: ReadSession, done: str = "") -> Response:
    """The appearance and the form that changes it."""
    return appearance_page(Page(request, act, session, flash=DONE.get(done, "")))


def appearance_page(page: Page[SignedInAct]) -> Response:
    """The page of the appearance, with a preview that was asked for, or a colour instead of one that was refused."""
    look = appearances.current(page.session)
    sent: FormState[AppearanceForm] | None = page.shown_once
    form = sent or page.form(AppearanceForm, name=look.name, accent=look.accent, version=str(look.version))
    is_stale = isinstance(page.problem, AppearanceStale)
    typed = accents.parse(str(form["accent"].value)) if form["accent"].error else None
    shown = sent.data if sent else None
    return page.render(
        "organizer/appearance.html", look=look, form=form.having(version=str(look.version)) if is_stale else form,
        nearest=accents.readable(typed, accents.BY_DAY) if typed else "",
        preview=branding.brand_of(Look(shown.name, shown.accent)) if shown else None,
        upload=page.form(LogoForm, version=str(look.version)).having(version=str(look.version)),
        preview_accent=shown.accent.lstrip("#") if shown else "",
        zone=zone_of(weeks.default_week(page.session, page.clock.game())),
    )  # fmt: skip


@router.post("", name="appearance_save")
def save_appearance(request: Request, act: OrganizerRealAct, form: FormState[AppearanceForm]) -> Response:
    """Save name and accent, or show how they would look."""

    def save(session: Session, act: Act) -> Done:
        data = form.data
        if data.do == "preview":
            return Done(shown_once=form)
        saved = appearances.change(session, data.name, data.accent, act, version=data.version)
        return Done("organizer_appearance", "unchanged" if saved.version == data.version else "saved")

    return submit(request, act, save, form=form, page=appearance_page)


@router.post("/reset", name="appearance_reset")
def reset_appearance(request: Request, act: OrganizerRealAct, form: FormState[ResetForm]) -> Response:
    """Go back to the name, the colour and the mark that ship."""

    def reset(session: Session, act: Act) -> Done:
        appearances.reset(session, act, version=form.data.version)
        return Done("organizer_appearance", "reset")

    return submit(request, act, reset, form=form, page=appearance_page)


@router.post("/logo", name="appearance_logo", max_body_size=csrf.MAX_LOGO_BYTES)
def save_logo(request: Request, act: OrganizerRealAct, form: FormState[LogoForm]) -> Response:
    """Show another logo."""

    def save(session: Session, act: Act) -> Done:
        saved = appearances.change_logo(session, form.data.file, act, version=form.data.version)
        return Done("organizer_appearance", "unchanged" if saved.version == form.data.version else "logo")

    return submit(request, act, save, form=form, page=appearance_page)


@router.post("/logo/remove", name="appearance_logo_remove")
def remove_logo(request: Request, act: OrganizerRealAct, form: FormState[ResetForm]) -> Response:
    """Show the mark that ships, in place of the logo."""

    def remove(session: Session, act: Act) -> Done:
        appearances.remove_logo(session, act, version=form.data.version)
        return Done("organizer_appearance", "removed")

    return submit(request, act, remove, form=form, page=appearance_page)


@router.get("/preview.css", name="appearance_preview_css")
def preview_css(_act: OrganizerRealAct, accent: Annotated[str, Query(max_length=7)] = "") -> Response:
    """The accent of a preview, for the preview alone. Raises NotFound for what is no colour."""
    colour = accents.parse(accent)
    if colour is None:
        raise NotFound("That isn’t a colour. Go back and preview again.")
    return Response(branding.rules_of(accents.accent_of(colour), ".brand-preview"), media_type="text/css")
