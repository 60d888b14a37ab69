"""What holds of app.services.rules."""
