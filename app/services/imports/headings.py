"""Headings that columns have in spreadsheets, beside their names here, in languages people export from."""

from app.domain.tables.header import Column

EMAIL = (
    "email address", "mail", "mail address", "work email", "user principal name", "E-Mail-Adresse", "Mailadresse",
    "Courriel", "Adresse email", "Adresse mail", "Adresse électronique", "Adresse courriel", "Mél",
    "Correo electrónico", "Correo", "Indirizzo email", "E-mailadres",
)  # fmt: skip
NAME = (
    "full name", "person", "person name", "display name", "Anzeigename", "Vollständiger Name", "Vor- und Nachname",
    "Nom", "Nom complet", "Nom et prénom", "Prénom et nom", "Nombre completo", "Nome completo", "Naam",
)  # fmt: skip
PARTS = (
    Column("first_name", ("given name", "forename", "Vorname", "Prénom", "Nombre", "Nome", "Voornaam")),
    Column(
        "last_name",
        ("surname", "family name", "Nachname", "Familienname", "Nom de famille", "Apellidos", "Cognome", "Achternaam"),
    ),
)
"""The columns that a name may be put together from."""
TEAM = (
    "team name", "group", "crew", "squad", "Gruppe", "Mannschaft", "Équipe", "Nom de l’équipe", "Groupe", "Equipo",
    "Squadra",
)  # fmt: skip
FUNCTION = ("department", "job function", "business function", "Funktion", "Abteilung", "Fonction", "Département")
OFFICE = ("location", "site", "office location", "Standort", "Büro", "Bureau")
DATE = ("day", "on", "Datum", "Tag", "Jour")
START = ("start", "starts", "start time", "starts at", "begin", "begins", "von", "Beginn", "Début")
END = ("to", "end", "ends", "end time", "ends at", "bis", "Ende", "Fin")
SEATS = ("places", "spots", "capacity", "Plätze")
PLACE = ("location", "room", "where", "Ort", "Lieu")
