"""Tests of app.services.rehearsals."""
