"""Headings that columns of several lists have in spreadsheets, beside their names: in English, German and French."""

from app.domain.tables.header import Column

EMAIL = (
    "email address", "mail", "mail address", "work email", "user principal name", "E-Mail-Adresse", "Mailadresse",
    "Courriel", "Adresse e-mail", "Adresse électronique", "Adresse courriel",
)  # fmt: skip
NAME = ("full name", "person", "person name", "display name", "Anzeigename", "Nom", "Nom complet")
PARTS = (
    Column("first_name", ("given name", "forename", "Vorname", "Prénom")),
    Column("last_name", ("surname", "family name", "Nachname", "Familienname", "Nom de famille")),
)
"""What a name may be put together from."""
