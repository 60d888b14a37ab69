"""What holds of app.services.access."""
