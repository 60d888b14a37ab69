"""Put our own copies of htmx and of the pages' font under static/vendor/, checked against known hashes."""

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
SECONDS_FOR_NPM = 60


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package; `files` are those we take out of it: member to (name under static/vendor, sha384)."""

    name: str
    version: str
    files: dict[str, tuple[str, str]]
    without: str  # what pages do where there is no copy

    @property
    def tarball(self) -> str:
        """The name that `npm pack` gives it."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


HTMX = Package(
    "htmx.org",
    "4.0.1",
    {
        "dist/htmx.min.js": (
            "htmx.min.js",
            "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
        ),
        "dist/ext/hx-sse.min.js": (
            "hx-sse.min.js",
            "sha384-v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
        ),
    },
    "pages take it from the CDN",
)
# The SIL Open Font License wants its text beside the font.
INTER = Package(
    "@fontsource-variable/inter",
    "5.3.0",
    {
        "files/inter-latin-wght-normal.woff2": (
            "inter-latin-wght-normal.woff2",
            "sha384-l0ql7Q1zqvX5klAVRwYjcMVCkCxg5dMTdghsIlC3pYkX6wwEHerh2bP/4yAao3Im",
        ),
        "files/inter-latin-ext-wght-normal.woff2": (
            "inter-latin-ext-wght-normal.woff2",
            "sha384-r0EoKgCx3XyQjhJdTJ6FDE+8mEZrV95dM7cWvqLDUVdqzM44cq76qdOaYiA3sebS",
        ),
        "LICENSE": (
            "inter-license.txt",
            "sha384-kj3ws+qnzjazxsLTzPAVaXquIFuyNRYVaSXX024NG79Z2vDskAWFDhnsJYazAo0C",
        ),
    },
    "pages use the system's fonts",
)
PACKAGES = (HTMX, INTER)


class NotVendored(Exception):
    """The reason for having no copy of our own, as a sentence without its full stop."""


def integrity(content: bytes) -> str:
    """Return the subresource-integrity value (sha384) of a file's bytes."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def is_complete(package: Package, directory: Path) -> bool:
    """Tell whether every file is there with exactly the expected bytes."""
    return all(
        (directory / name).is_file() and integrity((directory / name).read_bytes()) == expected
        for name, expected in package.files.values()
    )


def pack(package: Package, into: Path) -> Path:
    """Let npm fetch the package from wherever it is configured to look; raise NotVendored where it cannot."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotVendored("npm is not installed")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--silent", "--fetch-retries=1", "--pack-destination", str(into)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_FOR_NPM, cwd=into)  # noqa: S603 (fixed words)
    except (OSError, subprocess.SubprocessError) as problem:
        raise NotVendored(f"npm could not fetch {wanted}") from problem
    return into / package.tarball


def read_checked(package: Package, tarball: Path) -> dict[str, bytes]:
    """Return file name to bytes out of the package; raise NotVendored when one is missing or not what we know."""
    contents = {}
    try:
        with tarfile.open(tarball) as archive:
            for member, (name, expected) in package.files.items():
                stream = archive.extractfile(f"package/{member}")
                content = stream.read() if stream else b""
                if integrity(content) != expected:
                    raise NotVendored(f"{member} of {tarball.name} does not have the expected hash")
                contents[name] = content
    except (KeyError, OSError, tarfile.TarError) as problem:
        raise NotVendored(f"{tarball.name} is not the package {package.name} {package.version}") from problem
    return contents


def vendor(package: Package, directory: Path, packed: Path | None = None) -> None:
    """Fill `directory` from npm, or from a folder with the packed package; all its files or none."""
    with tempfile.TemporaryDirectory() as scratch:
        tarball = packed / package.tarball if packed else pack(package, Path(scratch))
        contents = read_checked(package, tarball)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """Vendor once; a missing npm is a note, a packed package that is wrong is a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packed", type=Path, help="folder with what `npm pack` made, instead of asking npm")
    parser.add_argument("--into", type=Path, default=VENDOR, help="directory to fill (default: static/vendor)")
    options = parser.parse_args(arguments)
    status = 0
    for package in PACKAGES:
        if is_complete(package, options.into):
            continue
        try:
            vendor(package, options.into, options.packed)
        except NotVendored as problem:
            sys.stderr.write(f"No copy of {package.name} of our own, {package.without}: {problem}.\n")
            status = 1 if options.packed else 0
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
