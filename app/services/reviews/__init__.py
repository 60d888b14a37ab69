"""Answer reviews: opted in for a week, between two people of different teams, and gone 90 days after its closing."""
