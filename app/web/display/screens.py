"""The release id, by which pages on screens nobody touches know that they are out of date."""

from hashlib import sha256

from app import __version__
from app.web.http import branding, render

FILES = ("app.css", "charts.css", "display.css", "app.js", "display.js", "pairing.js")


def release() -> str:
    """The release id: a hash of version, files and brand. A page whose own id differs from it reloads itself."""
    files = [render.asset(name) for name in FILES]
    brand = branding.brand()
    scripts = [script.src for script in render.scripts()]
    return sha256(repr((__version__, files, scripts, brand.name, brand.mark, brand.logo)).encode()).hexdigest()[:12]
