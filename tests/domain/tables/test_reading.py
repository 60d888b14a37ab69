"""Tables read equal however they were saved, and a header that is unclear is quoted."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tables import formulas
from app.domain.tables.decoding import NotText, decode
from app.domain.tables.header import Column, Layout
from app.domain.tables.reading import Choice, HeaderUnclear, Row, Table
from tests.cost import calls

LAYOUT = Layout(
    (
        Column("team", ("team name",)),
        Column("name", ("full name",)),
        Column("email", ("email address",)),
        Column("response_seconds", required=False),
    )
)
SPELLINGS = {
    "team": ("team", "Team", " TEAM ", "Team Name", "team-name"),
    "name": ("name", "Full name", "full_name"),
    "email": ("email", "E-mail", "e mail address", "Email_Address"),
    "response_seconds": ("response_seconds", "Response Seconds", "response-seconds"),
}
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
FURTHER: st.SearchStrategy[list[str]] = st.sampled_from([[], ["floor"], ["", ""]])
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def read(text: str, choice: Choice | None = None) -> list[tuple[int, object]]:
    return [(row.line, row.cells if isinstance(row, Row) else row.sentence) for row in Table(text, LAYOUT, choice)]


@given(st.data(), st.lists(st.fixed_dictionaries(dict.fromkeys(LAYOUT.names, CELLS)), min_size=1, max_size=5))
def test_any_spelling_of_a_table_reads_equal(data: st.DataObject, rows: list[dict[str, str]]) -> None:
    rows = [row for row in rows if any(cell.strip() for cell in row.values())]
    separator, end = data.draw(st.sampled_from([",", ";", "\t", "|"])), data.draw(ENDS)
    columns = list(data.draw(st.permutations(LAYOUT.names))) + data.draw(FURTHER)
    heading = [data.draw(st.sampled_from(SPELLINGS.get(name, (name,)))) for name in columns]
    titles: list[list[str]] = [["Support rota"], []]
    before: list[list[str]] = data.draw(st.sampled_from([[], [[]], titles, [[""] * len(columns)]]))
    blank: list[list[str]] = data.draw(st.sampled_from([[], [[" "] * len(columns)], [[]]]))
    out = io.StringIO()
    out.write(f"sep={separator}{end}" if data.draw(st.booleans()) else "")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerows([*before, heading])
    for row in rows:
        writer.writerows([*blank, [formulas.defuse(row.get(name, "")) for name in columns]])
    encoding = data.draw(ENCODINGS)

    text = decode(MARKS.get(encoding, b"") + out.getvalue().encode(encoding))

    assert [cells for _, cells in read(text)] == rows


@given(st.text("'=+-@\t\ra", max_size=4))
def test_cell_that_was_defused_comes_back_as_it_was(cell: str) -> None:
    left = formulas.defuse(cell)

    assert left[:1] not in set("=+-@\t\r")
    assert formulas.restore(left) == cell


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Group;Mail\nOwls;a@b", 1, "Line 1 reads “Group;Mail”: there is no column team, name, email."),
        ("\n\nTeam\tMail\n", 3, "Line 3 reads “Team ⇥ Mail”: there is no column name, email."),
        ("Owls,Ada,ada@example.com\n", 1, "Line 1 reads “Owls,Ada,ada@example.com”: there is no column team, name,"),
        ("team,name,email,E-mail\n", 1, "Line 1 reads “team,name,email,E-mail”: more than one column is email."),
        ("", 1, "The list is empty."),
        ("\n" + "x," * 35_000 + "\nteam,name,email\n", 2, "This line isn’t valid CSV: it is longer than 65,536"),
    ],
)
def test_header_that_is_unclear_is_quoted_with_what_it_lacks(text: str, line: int, said: str) -> None:
    with pytest.raises(HeaderUnclear) as unclear:
        Table(text, LAYOUT)

    assert (unclear.value.line, unclear.value.sentence.startswith(said)) == (line, True)


def test_name_of_a_column_comes_before_what_else_it_is_called() -> None:
    table = Table("Team name,team,name,email\nWing,Owls,Ada,a@b\n", LAYOUT)

    assert [row.cells["team"] for row in table if isinstance(row, Row)] == ["Owls"]
    assert table.notes == ["Ignored the column “Team name”."]


PEOPLE = Layout(
    (
        Column("email"),
        Column(
            "name", ("Nom",), parts=(Column("first_name", ("Vorname", "Prénom")), Column("last_name", ("surname",)))
        ),
    )
)


@pytest.mark.parametrize(
    ("heading", "row", "name", "noted"),
    [
        ("First Name [Required],Last Name [Required]", "Ada,Lovelace", "Ada Lovelace", True),
        ("firstName,Surname", "Ada,", "Ada", True),
        ("Name,Vorname", "Lovelace,Ada", "Ada Lovelace", True),
        ("Nom,PRENOM", "Lovelace,Ada", "Ada Lovelace", True),
        ("Name,First name", '"Lovelace, Ada",Ada', "Lovelace, Ada", True),
        ("Name,First name,Last name", "Ada King,Ada,Lovelace", "Ada King", False),
    ],
)
def test_names_in_two_columns_are_put_together(heading: str, row: str, name: str, noted: bool) -> None:
    table = Table(f"{heading},Email\n{row},a@b\n", PEOPLE)

    assert [row.cells for row in table if isinstance(row, Row)] == [{"name": name, "email": "a@b"}]
    first, second, *_ = heading.split(",")
    in_order = (second, first) if first in {"Name", "Nom"} else (first, second)
    assert table.notes == (
        [f"Put “{in_order[0]}”, “{in_order[1]}” together as name."]
        if noted
        else ["Ignored the columns “First name”, “Last name”."]
    )


def test_name_of_which_a_part_is_missing_is_missing() -> None:
    with pytest.raises(HeaderUnclear, match="there is no column name"):
        Table("email,first name\na@b,Ada\n", PEOPLE)


def test_parts_of_a_name_can_be_chosen_by_hand() -> None:
    table = Table("a@b;Lovelace;Ada\n", PEOPLE, Choice(("email", "last_name", "first_name"), headed=False))

    assert [row.cells["name"] for row in table if isinstance(row, Row)] == ["Ada Lovelace"]


def test_row_with_cells_of_no_column_or_without_needed_ones_is_misshapen() -> None:
    found = read("team,name,email\nOwls,Ada\nOwls,Ada,a@b,x\nOwls,Ada,a@b,\n")

    assert [line for line, said in found if isinstance(said, str)] == [2, 3]


def test_lines_count_as_in_an_editor_also_within_cells() -> None:
    found = read('\r\nteam,name,email\r\n"Ow\r\nls",Ada,a@b\r\n,,\r\nCats,Bo,b@c\r\n')

    assert [line for line, _ in found] == [3, 6]


def test_spaces_before_quotes_are_no_part_of_cells() -> None:
    [(_, cells)] = read('team, name, email\nOwls, "Lovelace, Ada", ada@example.com\n')

    assert cells == {"team": "Owls", "name": "Lovelace, Ada", "email": "ada@example.com", "response_seconds": ""}


@pytest.mark.parametrize(("headed", "lines"), [(True, [2]), (False, [1, 2])])
def test_columns_that_somebody_chose_are_taken_as_chosen(headed: bool, lines: list[int]) -> None:
    found = read("Owls;Ada;a@b\nCats;Bo;b@c\n", Choice(("team", "name", "email"), headed))

    assert [line for line, _ in found] == lines


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04\x14\x00xl/", "a workbook"), (b"\xd0\xcf\x11\xe0", "an old workbook"), (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfea", "says that it is UTF-16"), ("team,name".encode("utf-16-le"), "UTF-16 without its mark"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_are_told_in_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(NotText) as problem:
        decode(raw)

    assert (said in problem.value.sentence, "CSV UTF-8" in problem.value.sentence) == (True, True)


def test_a_mark_at_the_end_of_a_file_is_no_row() -> None:
    assert decode(b"team,name,email\r\n\x1a") == "team,name,email\r\n"


@pytest.mark.parametrize("text", ["x" * 5_000_000, '"' * 5_000_000, "\n" * 2_000_000, "a,b\n" * 500_000])
def test_huge_texts_cost_little_before_they_are_refused(text: str) -> None:
    def refuse() -> None:
        with pytest.raises(HeaderUnclear):
            Table(text, LAYOUT)

    assert calls(refuse) < 20_000


@pytest.mark.parametrize(
    "blank",
    ["\n", "\r\n", "\r", " \t\n", ",,,\r\n", ", ,\n", "\xa0\n", "\xa0,\xa0,\xa0\n", "\f\n", '"",""\n', '"", ""\r\n'],
)
def test_millions_of_blank_lines_cost_little_and_are_counted(blank: str) -> None:
    number = 100_000
    text = f"{blank * number}team,name,email,,\n{blank * number}Owls,Ada,a@b\n,Bo,b@c\n{blank * number}"
    found: list[tuple[int, object]] = []

    cost = calls(lambda: found.extend(read(text)))

    assert (cost < 5_000, [line for line, _ in found]) == (True, [2 * number + 2, 2 * number + 3])


def test_a_row_of_a_quotation_mark_alone_is_not_blank() -> None:
    assert [line for line, _ in read('team,name,email\n"""",,\n')] == [2]
