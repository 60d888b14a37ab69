"""What holds of app.services.organizing."""
