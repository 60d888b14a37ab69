"""What holds of app.domain.calendar."""
