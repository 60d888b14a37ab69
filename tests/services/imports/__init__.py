"""What holds of app.services.imports."""
