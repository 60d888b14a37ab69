"""QR codes: addresses that a phone reads from a screen or a page."""

import segno
from markupsafe import Markup


def qr(address: str, *, title: str) -> Markup:
    """An address as inline SVG with a quiet zone, in the text's colour; `title` tells what it leads to."""
    code = segno.make(address, error="m", micro=False)
    width, height = code.symbol_size(border=4)
    rows = (
        f"M{column + 4} {line + 4}h{length}v1h-{length}z"
        for line, row in enumerate(code.matrix)
        for column, length in _runs(row)
    )
    return Markup('<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>').format(
        width, height, title, "".join(rows)
    )


def _runs(row: bytearray) -> list[tuple[int, int]]:
    """Run-length encode a row: where dark modules begin, and how many there are in one piece."""
    found: list[tuple[int, int]] = []
    for column, is_dark in enumerate(row):
        if not is_dark:
            continue
        if found and sum(found[-1]) == column:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((column, 1))
    return found
