"""What holds of app.db."""
