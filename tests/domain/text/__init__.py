"""What holds of app.domain.text."""
