"""Live updates, whatever they show: fragments that are sent when they change."""
