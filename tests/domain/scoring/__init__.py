"""What holds of app.domain.scoring."""
