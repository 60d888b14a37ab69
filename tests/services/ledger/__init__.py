"""What holds of app.services.ledger."""
