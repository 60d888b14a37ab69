"""The database: engines, the unit of work, statements compiled once."""
