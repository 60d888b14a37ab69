"""What organizers see of a whole installation, and lists they keep by hand."""
