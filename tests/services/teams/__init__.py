"""What holds of app.services.teams."""
