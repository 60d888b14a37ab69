"""Forecasts: contacts there were, contacts to come, and the shifts that follow from them."""
