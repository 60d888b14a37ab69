"""The repository itself: no addresses, small files, locks and pages that agree with the code."""

import ast
import re
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import app.models  # noqa: F401 (registers the tables)
from app.config import Settings
from app.web.http.render import asset
from tools import vendor

PROJECT = Path(__file__).resolve().parents[1]
PREFIX = "ASSEMBLY_WEEK_"
NOT_OURS = {".git", ".venv", "__pycache__", "data", "dist", "node_modules", "test-results", "vendor"}

# Written in pieces, so that this file is not its own first finding.
FORBIDDEN = {
    "a package registry": [r"py" + r"pi\.org", r"python" + r"hosted\.org", r"npm" + r"js\.(?:org|com)"],
    "a path of somebody's machine": [
        rf"/{folder}/(?<![\w.:/-]/{folder}/)" for folder in ("wo" + "rk", "ro" + "ot", "ho" + "me")
    ],  # begins with a character, which takes a tenth of the time of one that begins with a look behind
    "a note outside the repository": [rf"\b{note}\.md\b" for note in ("des" + "ign", "ho" + "use", "pit" + "falls")],
}


def listed_by_git() -> list[Path] | None:
    """Every file git knows or would add; None without git or outside a checkout."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True)  # noqa: S603 (fixed words)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [PROJECT / name for name in listed.stdout.decode().split("\0") if name]


def repository_files() -> list[Path]:
    """Every file that is, or is about to be, part of the repository."""
    files = listed_by_git()
    if files is None:
        files = [file for file in PROJECT.rglob("*") if not NOT_OURS.intersection(file.relative_to(PROJECT).parts)]
    return sorted(file for file in files if file.is_file() and ".mypy_cache" not in file.parts)


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every file of the repository that is text."""
    for file in repository_files():
        try:
            yield file.relative_to(PROJECT).as_posix(), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


FORMER_NAMES = {
    "Installation", "BoardKeeper", "Recorder", "Served", "Representation", "Wire", "Edge", "Gate", "Arrival",
    "Letter", "Mailbox", "Course", "Projector", "Easel", "Thing", "Deed", "Earned", "WeekFacts", "TeamFacts",
    "Bearer", "Garden", "Stranger", "Hostile", "at_hand", "demanded", "kin_of", "count_loose", "take_all",
    "closed_door",
}  # fmt: skip
"""Names that the code had before it spoke the field's words; whoever looks one up finds it in CHANGELOG or an ADR."""


def modules() -> dict[str, str]:
    """Name to source of everything under app/."""
    return {name: text for name, text in texts() if name.startswith("app/") and name.endswith(".py")}


@cache
def outlines() -> dict[str, tuple[str | None, dict[str, int]]]:
    """Name to docstring, and to each function's lines, of everything under app/; both tests ask.

    Parsing it takes two seconds, and 600,000 nodes that are kept would be looked at by each garbage collection.
    """
    return {name: _outline(ast.parse(text)) for name, text in modules().items()}


def _outline(module: ast.Module) -> tuple[str | None, dict[str, int]]:
    lengths = {
        f"{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return ast.get_docstring(module, clean=False), lengths


def pins(lock: str) -> set[str]:
    """Each requirement of a lock with its version, marker and hashes, as one line."""
    text = (PROJECT / lock).read_text(encoding="utf-8").replace("\\\n", "")
    return {" ".join(line.split()) for line in text.splitlines() if line}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_repository_never_names(what: str) -> None:
    pattern = re.compile("|".join(FORBIDDEN[what]))

    found = [f"{name}: {match.group()}" for name, text in texts() for match in pattern.finditer(text)]

    assert found == []


def test_repository_is_seen_whole() -> None:
    names = {name for name, _ in texts()}

    assert {"Makefile", ".ci/run", "app/main.py", "tests/test_repository.py", "requirements.lock"} - names == set()


def test_module_starts_with_one_line_that_says_what_it_is() -> None:
    assert {name: said for name, (said, _) in outlines().items() if not said or "\n" in said} == {}


def test_module_is_at_most_300_lines() -> None:
    assert {name: len(text.splitlines()) for name, text in modules().items() if len(text.splitlines()) > 300} == {}


def test_function_is_at_most_40_lines() -> None:
    lengths = {
        f"{name}:{place}": lines for name, (_, functions) in outlines().items() for place, lines in functions.items()
    }

    assert {place: lines for place, lines in lengths.items() if lines > 40} == {}


def test_template_is_at_most_120_lines() -> None:
    lengths = {name: len(text.splitlines()) for name, text in texts() if name.startswith("templates/")}

    assert {name: lines for name, lines in lengths.items() if lines > 120} == {}


def test_env_example_lists_exactly_the_settings() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")

    listed = re.findall(rf"^#?{PREFIX}([A-Z_]+)=", example, re.MULTILINE)

    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_changes_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)

    copied = Settings(_env_file=PROJECT / ".env.example")

    assert copied == Settings(_env_file=None)


def test_every_make_target_is_documented() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    prose = "".join((PROJECT / page).read_text(encoding="utf-8") for page in ("README.md", "CONTRIBUTING.md"))

    assert {"setup", "demo", "run", "test", "lint", "fix", "bench"} - set(targets) == set()
    assert [target for target in targets if not re.search(rf"\bmake {target}\b", prose)] == []


def test_every_test_that_the_security_page_names_exists() -> None:
    page = (PROJECT / "docs/security.md").read_text(encoding="utf-8")

    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", page)

    sources = {file: (PROJECT / "tests" / file).read_text(encoding="utf-8") for file, _ in named}
    assert [f"{file}::{test}" for file, test in named if f"def {test}(" not in sources[file]] == []
    assert len(named) > 20


def test_runtime_lock_is_a_part_of_the_whole_lock() -> None:
    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-client.lock"])
def test_lock_holds_nothing_but_pins_with_hashes(lock: str) -> None:
    pinned = re.compile(r"[a-z0-9-]+==\S+( ; [^;]+?)?( --hash=sha256:[0-9a-f]{64})+")

    assert [line for line in sorted(pins(lock)) if not pinned.fullmatch(line)] == []


def test_locks_hold_every_requirement_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "requirements.lock": project["project"]["dependencies"] + project["build-system"]["requires"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
        "requirements-client.lock": project["dependency-groups"]["client"],
    }

    missing = {
        (lock, requirement)
        for lock, requirements in wanted.items()
        for requirement in requirements
        if re.split(r"[\[<>=~! ]", requirement)[0].replace("_", "-")
        not in {pin.partition("==")[0] for pin in pins(lock)}
    }

    assert missing == set()


def test_every_integrity_hash_is_the_vendored_one() -> None:
    named = {
        found
        for name, text in texts()
        if name.startswith(("app/", "templates/"))
        for found in re.findall(r"sha384-[A-Za-z0-9+/=]{64}", text)
    }

    assert named - {integrity for package in vendor.PACKAGES for _, integrity in package.files.values()} == set()
    assert named != set()


def test_image_packs_what_is_vendored() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")

    assert re.findall(r"npm pack --silent (.+)", dockerfile) == [
        " ".join(f"{package.name}@{package.version}" for package in vendor.PACKAGES)
    ]


def test_image_copies_only_what_the_build_context_holds() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    context = re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    sources = sorted(source for words in copies for source in words.split())

    assert sources == sorted(context)
    assert [source for source in sources if not (PROJECT / source).exists()] == []


def test_compose_trusts_its_own_proxy_and_publishes_nothing_else() -> None:
    compose = (PROJECT / "compose.yaml").read_text(encoding="utf-8")

    trusted = re.findall(rf"{PREFIX}TRUSTED_PROXIES: (\S+)", compose)

    assert trusted == re.findall(r"ipv4_address: (\S+)", compose)
    assert re.findall(r"ports: (.+)", compose) == ['["${PORT:-8080}:8080"]']


def write_package(package: vendor.Package, folder: Path, files: dict[str, bytes]) -> None:
    """A package as `npm pack` makes it, with this content."""
    with tarfile.open(folder / package.tarball, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))


def test_vendor_takes_the_files_whose_hashes_are_known(tmp_path: Path) -> None:
    package = vendor.Package("@a/b", "1.2.3", {"c/d.txt": ("e.txt", vendor.integrity(b"known"))}, "nothing happens")
    write_package(package, tmp_path, {"c/d.txt": b"known"})

    vendor.vendor(package, tmp_path / "vendor", tmp_path)

    assert (tmp_path / "vendor" / "e.txt").read_bytes() == b"known"
    assert vendor.is_complete(package, tmp_path / "vendor")


def test_vendor_takes_nothing_of_a_package_with_one_other_file(tmp_path: Path) -> None:
    files = {name: (name, vendor.integrity(name.encode())) for name in ("a", "b")}
    package = vendor.Package("a", "1", files, "nothing happens")
    write_package(package, tmp_path, {"a": b"a", "b": b"changed"})

    with pytest.raises(vendor.NotVendored, match=re.escape("b of a-1.tgz does not have the expected hash")):
        vendor.vendor(package, tmp_path / "vendor", tmp_path)

    assert not (tmp_path / "vendor").exists()


def test_zones_are_made_by_the_calendar_alone() -> None:
    constants = {"app/domain/calendar/days.py", "app/services/demo/cast.py"}

    makers = {name for name, text in modules().items() if name.startswith("app/") and re.search(r"\bZoneInfo\(", text)}

    assert makers == constants


def test_vendor_says_what_pages_do_without_each_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for package in vendor.PACKAGES:
        (tmp_path / package.tarball).write_bytes(b"not a package")

    status = vendor.main(["--packed", str(tmp_path), "--into", str(tmp_path / "vendor")])

    assert (status, capsys.readouterr().err.splitlines()) == (
        1,
        [
            f"No copy of {package.name} of our own, {package.without}: "
            f"{package.tarball} is not the package {package.name} {package.version}."
            for package in vendor.PACKAGES
        ],
    )


def test_font_has_the_address_that_its_stylesheet_names() -> None:
    names = [name for name, _ in vendor.INTER.files.values() if name.endswith(".woff2")]
    if not vendor.is_complete(vendor.INTER, vendor.VENDOR):
        pytest.skip("There is no copy of the font. `make vendor` fetches it with npm.")

    named = re.findall(r'url\("(.+?)"\)', (PROJECT / "static/fonts.css").read_text(encoding="utf-8"))

    assert sorted(f"/static/{address}" for address in named) == sorted(asset(f"vendor/{name}") for name in names)


def test_architecture_page_names_files_that_exist() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")

    named = set(re.findall(r"`(app/[\w/]+\.py)`", text))

    assert len(named) > 20
    assert sorted(name for name in named if not (PROJECT / name).is_file()) == []


def test_architecture_page_names_every_table() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.split("## Tables")[1].split("##")[0]

    assert set(re.findall(r"`(\w+)`", section)) == set(SQLModel.metadata.tables)


def test_code_defines_no_former_name() -> None:
    definitions = {
        (name, file)
        for file, text in texts()
        if file.endswith(".py") and not file.startswith("migrations/")
        for name in re.findall(r"(?m)^\s*(?:class|(?:async )?def) (\w+)", text)
    }

    assert sorted(definition for definition in definitions if definition[0] in FORMER_NAMES) == []


def test_blame_looks_through_commits_by_their_full_hash() -> None:
    lines = (PROJECT / ".git-blame-ignore-revs").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line and not re.fullmatch(r"#.*|[0-9a-f]{40}", line)] == []


def test_readme_names_the_commands_that_check_and_test() -> None:
    commands = re.findall(r"^    (make \w+)", (PROJECT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert commands == ["make demo", "make test", "make check"]


def test_silenced_rule_has_its_reason() -> None:
    # Released migrations stay as they were.
    bare = re.compile(r"# noqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?$", re.MULTILINE)
    sources = {file: text for file, text in texts() if file.endswith(".py") and not file.startswith("migrations/")}

    assert [file for file, text in sources.items() if bare.search(text)] == []
