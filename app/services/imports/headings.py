"""Headings that columns have in spreadsheets, beside their names here: in English, German and French."""

from app.domain.tables.header import Column

EMAIL = (
    "email address", "mail", "mail address", "work email", "user principal name", "E-Mail-Adresse", "Mailadresse",
    "Courriel", "Adresse email", "Adresse électronique", "Adresse courriel",
)  # fmt: skip
NAME = ("full name", "person", "person name", "display name", "Anzeigename", "Nom", "Nom complet")
PARTS = (
    Column("first_name", ("given name", "forename", "Vorname", "Prénom")),
    Column("last_name", ("surname", "family name", "Nachname", "Familienname", "Nom de famille")),
)
"""The columns that a name may be put together from."""
TEAM = ("team name", "group", "crew", "squad", "Équipe")
FUNCTION = ("department", "job function", "business function", "Funktion", "Abteilung", "Fonction", "Département")
OFFICE = ("location", "site", "office location", "Standort", "Büro", "Bureau")
DATE = ("day", "on", "Datum", "Tag", "Jour")
START = ("start", "starts", "start time", "starts at", "begin", "begins", "von", "Beginn", "Début")
END = ("to", "end", "ends", "end time", "ends at", "bis", "Ende", "Fin")
SEATS = ("places", "spots", "capacity", "Plätze")
PLACE = ("location", "room", "where", "Ort", "Lieu")
