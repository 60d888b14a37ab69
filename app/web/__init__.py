"""HTTP only, by audience."""
