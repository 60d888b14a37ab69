"""The scene “message”: what organizers have to say to the room, each message a page of its own."""

from collections.abc import Mapping

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
                "code": qr(each.link, title=each.title) if each.link else "",
            }
            for each in context.messages
        ]
    }


SCENE = Scene("message", "Messages", 12, build_context)
