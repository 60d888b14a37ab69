"""What every address has in common, whatever it shows."""
