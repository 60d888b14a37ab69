"""What holds of app.services.audit."""
