"""What holds of app.services.scoring."""
