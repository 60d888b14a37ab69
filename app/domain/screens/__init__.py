"""Screens: what each office display shows, how it looks, and when it rests."""
