"""Lists people hand in."""
