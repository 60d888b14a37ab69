"""Rehearsals: a week copied to be tried, played by stand-ins at a clock of its own, and thrown away."""
