"""What holds of app.services.displays."""
