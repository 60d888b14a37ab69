"""Forecast: how many customers will write in each interval of a week, how sure that is, and how good it was."""
