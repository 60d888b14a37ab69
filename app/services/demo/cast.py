"""The cast of the demo: ten teams of three, and the week they play."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SLUG = "q3-2022"
NAME = "Q3 2022"
ZONE = ZoneInfo("America/Los_Angeles")
STARTS = date(2022, 9, 12)
ENDS = date(2022, 9, 16)
SIGNED_UP = datetime(2022, 9, 9, 16, 30, tzinfo=ZONE).astimezone(UTC)
"""The Friday before, when the team list was handed in and the week opened."""


def moment(day: int, at: time) -> datetime:
    """The moment (UTC) of a local time on a day of the week; 0 is Monday."""
    return datetime.combine(STARTS + timedelta(days=day), at, ZONE).astimezone(UTC)


class Player(NamedTuple):
    """One of the cast; the story calls them by their `handle`, which is also the e-mail's local part."""

    handle: str
    name: str
    team: str

    @property
    def email(self) -> str:
        """The e-mail, in ASCII whatever the name."""
        return f"{self.handle}@example.com"


_TEAMS: dict[str, dict[str, str]] = {
    "First Light": {"amelie": "Amélie Fontaine", "tane": "Tāne Parata", "huong": "Nguyễn Thị Hương"},
    "Happy Path": {"jurgita": "Jurgita Žukauskaitė", "sina": "Sina Faʻalogo", "rania": "Rania Haddād"},
    "Kind Regards": {"siobhan": "Siobhán Ní Bhriain", "kwabena": "Kwabena Asante", "yuki": "Yūki Tanabe"},
    "Merge Gently": {"eszter": "Eszter Szűcs", "wanjiku": "Wanjikũ Mwangi", "jiwoo": "Baek Ji-woo"},
    "Null Island": {"gulnora": "Gulnora Yoʻldosheva", "aile": "Áile Guttorm", "dimitris": "Dimítris Papadópoulos"},
    "Rubber Ducks": {"lukasz": "Łukasz Wójcik", "ngozi": "Ngọzi Okafor", "joao": "João Nascimento"},
    "Second Breakfast": {"thorunn": "Þórunn Jónsdóttir", "mateo": "Mateo Ibáñez", "priya": "Priya Raghunathan"},
    "Still Typing…": {"bjorn": "Björn Åkesson", "meiling": "Hsü Mei-ling", "dusan": "Dušan Petrović"},
    "Tea & Triage": {"xochitl": "Xóchitl Hernández", "tariq": "Ṭāriq al-Manṣūrī", "anjali": "Anjali Deshpande"},
    "Warm Handoff": {"zeynep": "Zeynep Yıldız", "soren": "Søren Kjærgaard", "leilani": "Leilani Kaʻaihue"},
}

CAST: dict[str, Player] = {
    handle: Player(handle, name, team) for team, people in _TEAMS.items() for handle, name in people.items()
}
"""Everybody by handle, team by team."""
