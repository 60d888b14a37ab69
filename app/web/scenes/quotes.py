"""The scene “quotes”: what people wrote into the guestbook and agreed to be quoted with."""

from collections.abc import Mapping

from app.services import guestbook
from app.web.scenes.scene import Scene, SceneContext

AT_ONCE = 3
MOST = 12  # of which others take their turn every so often
LONGEST = 160  # characters that can be read from five metres in the scene's seconds
TURN_SECONDS = 300  # a picture may be made at any moment, and nobody should lose a quote while reading it


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """A few of the newest quotes, others of them every five minutes; nothing to say without one."""
    found = guestbook.quotes(context.session, context.week, context.view, limit=MOST, longest=LONGEST)
    if not found:
        return None
    first = int(context.now.timestamp()) // TURN_SECONDS * AT_ONCE % len(found)
    return {"quotes": (found[first:] + found[:first])[:AT_ONCE]}


SCENE = Scene("quotes", "What worked", 15, build_context)
