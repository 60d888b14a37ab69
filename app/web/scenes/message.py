"""The scene “message”: what organizers have to say to the room, each message a page of its own."""

from collections.abc import Mapping

from app.domain.screens.wall import Message
from app.services.displays.messages import LONGEST_LINK
from app.web.http.qr import qr
from app.web.scenes.scene import Scene, SceneContext


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The messages, with a QR code where one leads somewhere; nothing to say without any."""
    if not context.messages:
        return None
    return {
        "pages": [
            {
                "title": "",
                "name": each.key,
                "until": each.until,
                "message": each,
                "code": _code(each),
            }
            for each in context.messages
        ]
    }


def _code(message: Message) -> str:
    """The QR code of a message's address; none for one that no code holds, or the whole picture would fail."""
    return qr(message.link, title=message.title) if 0 < len(message.link) <= LONGEST_LINK else ""


SCENE = Scene("message", "Messages", 12, build_context)
