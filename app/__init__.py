"""Assembly Week: a week of customer-support rotations as a game people love and organizers trust."""

import zoneinfo

# Before any zone is read: a zone must mean the same on every machine, and what the system knows of 2026 differs by an
# hour from the wheel `tzdata`, which is locked, for Vancouver, Winnipeg, Havana, Casablanca and others.
zoneinfo.reset_tzpath(to=[])

__version__ = "0.1.0"
