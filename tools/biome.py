"""Lint the scripts and stylesheets of static/ with Biome, which npm fetches once, checked against its known hash."""

import platform
import subprocess
import sys
from pathlib import Path

from tools.vendor import NotVendored, Package, is_complete, vendor

PROJECT = Path(__file__).resolve().parents[1]
HOME = PROJECT / ".venv" / "biome"
VERSION = "2.6.8"
HASHES = {
    ("Linux", "x86_64"): ("linux-x64", "sha384-VgIUFQ1w9/HKvxOqzZ5alyJKleZWBC+jednw1YpGS822KA64e7wK0xcwTlXF02O5"),
    ("Linux", "aarch64"): ("linux-arm64", "sha384-Hrp60h3FTD/FZJSlRkHXRA4eu/9kAJSd8yCKzNubljptdZLJCXH5qffT4csZ8o++"),
    ("Darwin", "arm64"): ("darwin-arm64", "sha384-USS6g539lMjKm3L36zKvz6053tLNLeNObeRywe05S7gEgZEZr7O9zRCCs+HlUj3z"),
}
"""The program of each system that somebody has tried."""
WITHOUT = "scripts and stylesheets are not linted"


def package() -> Package:
    """The npm package with the program for this machine. Raises NotVendored where there is none that we know."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) not in HASHES:
        raise NotVendored(f"nobody has tried it on {system} {machine}")
    name, expected = HASHES[system, machine]
    return Package(f"@biomejs/cli-{name}", VERSION, {"biome": (f"biome-{VERSION}", expected)}, WITHOUT)


def fetched() -> Path:
    """The program's path; it is fetched where it is missing. Raises NotVendored where it cannot be."""
    wanted, program = package(), HOME / f"biome-{VERSION}"
    if not is_complete(wanted, HOME):
        vendor(wanted, HOME)
    program.chmod(0o755)
    return program


def main() -> int:
    """Lint; without the program a note, for pages are the same with it and without."""
    try:
        program = fetched()
    except NotVendored as problem:
        sys.stderr.write(f"No Biome, {WITHOUT}: {problem}.\n")
        return 0
    command = [str(program), "lint", "--error-on-warnings", "--log-level=warn", "static"]
    return subprocess.run(command, check=False, cwd=PROJECT).returncode  # noqa: S603 (fixed words)


if __name__ == "__main__":
    sys.exit(main())
