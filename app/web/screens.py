"""What the pages for screens nobody touches have in common: by what they know that they are out of date."""

from hashlib import sha256

from app import __version__
from app.web import render

FILES = ("app.css", "display.css", "app.js", "display.js", "pairing.js")


def release() -> str:
    """Differs whenever a page that is open should load itself anew: another version, style or script."""
    files = [render.asset(name) for name in FILES]
    scripts = [script.src for script in render.scripts()]
    return sha256(repr((__version__, files, scripts)).encode()).hexdigest()[:12]
