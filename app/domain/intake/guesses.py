"""Guesses: which person an author of a tool probably is, by name, e-mail or login; never more than one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.intake.reports import Author

_WORD = re.compile(r"[^\W\d_]+")
_LOGIN = re.compile(r"@?([^@\s]+)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person an author might be."""

    id: str
    name: str
    email: str


class Guess(NamedTuple):
    """The person an author probably is, and the reason in words."""

    person: Candidate
    reason: str


class Guesser:
    """Finds the person an author probably is, among many people, by what only one of them has."""

    def __init__(self, people: Iterable[Candidate]) -> None:
        self._by_name: dict[frozenset[str], list[Candidate]] = {}
        self._by_mailbox: dict[str, list[Candidate]] = {}
        self._by_login: dict[str, list[Candidate]] = {}
        self._by_first_name: dict[str, list[Candidate]] = {}
        for person in people:
            words = _words(person.name)
            self._by_name.setdefault(frozenset(words), []).append(person)
            self._by_mailbox.setdefault(_compact(_mailbox(person.email)), []).append(person)
            for login in _logins(words):
                self._by_login.setdefault(login, []).append(person)
            for word in words[:1]:
                self._by_first_name.setdefault(word, []).append(person)

    def guess(self, author: Author) -> Guess | None:
        """The person an author probably is; None where nobody is, or several are as likely."""
        words = _words(author.name or "")
        logins = [found[1] for each in author.ids if each.startswith("@") and (found := _LOGIN.fullmatch(each))]
        if author.name and not words:
            words = _words(_login_words(author.name))
        mailboxes = [_mailbox(author.email)] if author.email else []
        tries: list[tuple[Mapping[str, list[Candidate]], Iterable[str], str]] = [
            (self._by_mailbox, mailboxes, "same address before the @"),
            (self._by_mailbox, logins, "login like their email"),
            (self._by_login, logins, "login like their name"),
            (self._by_login, mailboxes, "email like their name"),
            (self._by_login, [author.name or ""], "login like their name"),
        ]
        if len(words) > 1 and (person := _only(self._by_name.get(frozenset(words)))):
            return Guess(person, "same name")
        for index, keys, reason in tries:
            for key in filter(None, map(_compact, keys)):
                if person := _only(index.get(key)):
                    return Guess(person, reason)
        first_names = [words[0]] if len(words) == 1 else [_compact(login) for login in logins]
        for word in filter(None, first_names):
            if person := _only(self._by_first_name.get(word)):
                return Guess(person, "the only one here with this first name")
        return None


def _only(people: list[Candidate] | None) -> Candidate | None:
    return people[0] if people is not None and len(people) == 1 else None


def _plain(text: str) -> str:
    """Letters without their accents, in small letters."""
    apart = unicodedata.normalize("NFKD", text[:200]).casefold()
    return "".join(each for each in apart if not unicodedata.combining(each)).replace("ı", "i")


def _words(name: str) -> list[str]:
    """The words of a name in their order; “Lovelace, Ada” has those of “Ada Lovelace”."""
    last, comma, first = name.partition(",")
    return _WORD.findall(_plain(f"{first} {last}" if comma else name))


def _login_words(login: str) -> str:
    return re.sub(r"[._\-\d]+", " ", login)


def _compact(login: str) -> str:
    """A login without what people put between its words, and without digits at its end."""
    return re.sub(r"[\W_]", "", _plain(login).partition("+")[0]).rstrip("0123456789")


def _mailbox(email: str) -> str:
    return email.partition("@")[0]


def _logins(words: list[str]) -> set[str]:
    """The logins that people make of their names: adalovelace, alovelace, adal, lovelaceada, lovelacea."""
    if len(words) < 2:
        return set()
    first, last = words[0], words[-1]
    return {"".join(words), first + last, first[0] + last, first + last[0], last + first, last + first[0]}
