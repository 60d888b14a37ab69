"""How large a rules file and the values in it may be."""

MAX_BYTES = 64 * 1024
MAX_TABLES = 500
MAX_NESTING = 6
MAX_MISTAKES = 100  # told at once: nobody mends more before checking again, and a hostile file has thirty thousand

MAX_TEAM_SIZE = 12
DEFAULT_TEAM_SIZE = 3
MAX_POINTS = 100_000
MAX_COUNT = 10_000
MIN_TIMES = 2
MAX_TIMES = 10
MAX_NAME = 60
MAX_KIND = 32
MAX_SECONDS = 7 * 24 * 60 * 60
