"""`python -m app.cli` is `assembly-week`."""

from app.cli import main

main()
