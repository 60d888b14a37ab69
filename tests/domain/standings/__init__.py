"""What holds of app.domain.standings."""
