"""What holds of app.services.operations."""
