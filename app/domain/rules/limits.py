"""Limits of a rules file and of the values in it."""

MAX_BYTES = 64 * 1024  # Python 3.11's tomllib takes 5 s and 1.5 GB for a dotted key of 40 kB, so parts are counted too
MAX_TABLES = 500
MAX_NESTING = 6  # twice what the format needs; tomllib recurses
MAX_MISTAKES = 100  # told at once: nobody mends more before checking again, and a hostile file has thirty thousand

MAX_TEAM_SIZE = 12
DEFAULT_TEAM_SIZE = 3
MAX_POINTS = 100_000  # sums of a week of a million activities stay within 64 bits, and ranks fit the board
MAX_COUNT = 10_000
MIN_TIMES = 2
MAX_TIMES = 10
MAX_NAME = 60
MAX_KIND = 32
MAX_SECONDS = 7 * 24 * 60 * 60  # a week, since a reply that takes longer earns nobody a bonus for speed
