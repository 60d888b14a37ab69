"""What holds of app.services.standings."""
