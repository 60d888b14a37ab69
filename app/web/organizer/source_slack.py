"""The bot token of a Slack connection on its page: what is known of its workspace, and the form for another token."""

from typing import Annotated, Any

from app.domain.actor import SignedInAct
from app.domain.intake.kinds import SLACK
from app.models import Connection
from app.services.slack import proofs, workspaces
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form
from app.web.submit import Page


class TokenForm(Form):
    """The bot token, as Slack shows it."""

    token: Annotated[str, MaxLength(500), says(workspaces.check_token)]


def section(page: Page[SignedInAct], connection: Connection) -> dict[str, Any] | None:
    """The context of the panel with the bot token; None for a source that isn't Slack."""
    if connection.kind != SLACK:
        return None
    form = page.form(TokenForm).having(token="")  # nobody sees a token again, whoever typed it
    workspace, proof = workspaces.find(page.session, connection.id), proofs.newest(page.session, connection.id)
    return {"workspace": workspace, "form": form, "proof": proof}
