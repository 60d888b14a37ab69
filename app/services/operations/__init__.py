"""Operations: schema, start-up, backups, keys and locks on the data."""
