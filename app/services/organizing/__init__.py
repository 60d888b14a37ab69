"""The organizers' views of a whole installation, and lists they keep by hand."""
