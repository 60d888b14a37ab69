"""Live updates, whatever they show: topics, who watches them, and messages of what has changed."""
