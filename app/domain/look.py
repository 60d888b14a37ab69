"""The looks of an installation: its name, accent colour and logo."""

from datetime import datetime
from typing import NamedTuple


class Look(NamedTuple):
    """A name, an accent colour (#rrggbb) and a logo (its content hash, size and plate); what is empty is as it ships.

    `version` counts the changes.
    """

    name: str = ""
    accent: str = ""
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0
    logo_plate: str = ""
    version: int = 0
    by: str = ""
    at: datetime | None = None


AS_SHIPPED = Look()
