"""One module per outside system: verify and parse, no database."""
