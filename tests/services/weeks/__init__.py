"""What holds of app.services.weeks."""
