"""The game in pure Python: rules, scoring, standings, calendar. Standard library only."""
