"""Programs around the repository: standard library only, because they run before anything is installed."""
