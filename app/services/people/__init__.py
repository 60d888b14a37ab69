"""People, and as a week sees them."""
