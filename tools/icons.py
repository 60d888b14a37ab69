"""Draw the icons of installed pages from the two SVG ones, and write the manifest that names them."""

import json
import sys

import vl_convert

from app.web.http.render import STATIC, asset

PLAIN, MASKABLE = "favicon.svg", "icons/maskable.svg"
UNITS = 32
"""The width of both drawings."""
DRAWN = {
    "icons/192.png": (PLAIN, 192),
    "icons/512.png": (PLAIN, 512),
    "icons/maskable-192.png": (MASKABLE, 192),
    "icons/maskable-512.png": (MASKABLE, 512),
    "icons/apple-touch.png": (MASKABLE, 180),
}
"""Each picture's drawing and its size in pixels."""
PAPER = "#faf6ee"


def draw(drawing: str, size: int) -> bytes:
    """Return a drawing as a square PNG of this size in pixels."""
    svg = (STATIC / drawing).read_text(encoding="utf-8")
    sized = svg.replace("<svg ", f'<svg width="{UNITS}" height="{UNITS}" ', 1)
    return vl_convert.svg_to_png(sized, scale=size / UNITS)


def manifest() -> dict[str, object]:
    """Return the web app manifest (W3C); the colours are those of a page by day."""

    def icon(name: str, purpose: str) -> dict[str, str]:
        if name.endswith(".svg"):
            return {"src": asset(name), "type": "image/svg+xml", "sizes": "any", "purpose": purpose}
        size = DRAWN[name][1]
        return {"src": asset(name), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}

    plain, maskable = (["icons/192.png", "icons/512.png", PLAIN], [name for name in DRAWN if "/maskable-" in name])
    return {
        "id": "/",
        "name": "Assembly Week",
        "short_name": "Assembly",
        "description": "A week of customer-support shifts as a game.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [icon(name, "any") for name in plain] + [icon(name, "maskable") for name in [*maskable, MASKABLE]],
        "shortcuts": [
            {"name": "Board", "url": "/"},
            {"name": "Shifts", "url": "/shifts"},
            {"name": "My team", "url": "/me"},
        ],
    }


def main() -> int:
    """Write the pictures, then the manifest."""
    for name, (drawing, size) in DRAWN.items():
        (STATIC / name).write_bytes(draw(drawing, size))
    text = json.dumps(manifest(), indent=2, ensure_ascii=False)
    (STATIC / "manifest.webmanifest").write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
