"""A Slack connection on its page: what is known of its workspace and socket, and the forms for other tokens."""

from typing import Annotated, Any

from app.domain.actor import SignedInAct
from app.domain.intake.kinds import SLACK
from app.models import Connection
from app.services.slack import proofs, sockets, workspaces
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form
from app.web.submit import Page


class TokenForm(Form):
    """The bot token, as Slack shows it."""

    token: Annotated[str, MaxLength(500), says(workspaces.check_token)]


class AppTokenForm(Form):
    """The app token, as Slack shows it."""

    app_token: Annotated[str, MaxLength(500), says(sockets.check_token)]


def section(page: Page[SignedInAct], connection: Connection) -> dict[str, Any] | None:
    """The context of the panels of workspace and tokens; None for a source that isn't Slack."""
    if connection.kind != SLACK:
        return None
    form = page.form(TokenForm).having(token="")  # nobody sees a token again, whoever typed it
    workspace, proof = workspaces.find(page.session, connection.id), proofs.newest(page.session, connection.id)
    socket, now = sockets.find(page.session, connection.id), page.clock.real()
    is_held = socket is not None and socket.held_until is not None and socket.held_until > now
    app_form = page.form(AppTokenForm).having(app_token="")
    return {
        "workspace": workspace, "form": form, "proof": proof, "socket": socket, "is_held": is_held,
        "app_form": app_form,
    }  # fmt: skip
