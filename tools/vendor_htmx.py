"""Put our own copy of htmx under static/vendor/, checked against the same hashes the pages name."""

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "htmx.org@4.0.1"
FILES = {
    "package/dist/htmx.min.js": "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    "package/dist/ext/hx-sse.min.js": "sha384-v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
}
VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
SECONDS_FOR_NPM = 60


class NotVendored(Exception):
    """Why there is no copy of our own, as a sentence without its full stop."""


def integrity(content: bytes) -> str:
    """Return the subresource-integrity value (sha384) of a file's bytes."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def is_complete(directory: Path) -> bool:
    """Tell whether every file is there with exactly the expected bytes."""
    return all(
        (directory / Path(member).name).is_file()
        and integrity((directory / Path(member).name).read_bytes()) == expected
        for member, expected in FILES.items()
    )


def pack(into: Path) -> Path:
    """Let npm fetch the package from wherever it is configured to look; raise NotVendored where it cannot."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotVendored("npm is not installed")
    command = [npm, "pack", PACKAGE, "--silent", "--fetch-retries=1", "--pack-destination", str(into)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS_FOR_NPM, cwd=into)  # noqa: S603 (fixed words)
    except (OSError, subprocess.SubprocessError) as problem:
        raise NotVendored(f"npm could not fetch {PACKAGE}") from problem
    return next(into.glob("*.tgz"))


def read_checked(tarball: Path) -> dict[str, bytes]:
    """Return file name to bytes out of the package; raise NotVendored when one is missing or not what we know."""
    contents = {}
    try:
        with tarfile.open(tarball) as package:
            for member, expected in FILES.items():
                stream = package.extractfile(member)
                content = stream.read() if stream else b""
                if integrity(content) != expected:
                    raise NotVendored(f"{member} of {PACKAGE} does not have the expected hash")
                contents[Path(member).name] = content
    except (KeyError, OSError, tarfile.TarError) as problem:
        raise NotVendored(f"{tarball.name} is not the package {PACKAGE}") from problem
    return contents


def vendor(directory: Path, tarball: Path | None = None) -> None:
    """Fill `directory` from npm, or from a tarball already packed; all files or none."""
    with tempfile.TemporaryDirectory() as scratch:
        contents = read_checked(tarball or pack(Path(scratch)))
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """Vendor once; a missing npm is a note, a given tarball that is wrong is a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tarball", type=Path, help=f"a packed {PACKAGE}, instead of asking npm")
    parser.add_argument("--into", type=Path, default=VENDOR, help="directory to fill (default: static/vendor)")
    options = parser.parse_args(arguments)
    if is_complete(options.into):
        return 0
    try:
        vendor(options.into, options.tarball)
    except NotVendored as problem:
        sys.stderr.write(f"No copy of htmx of our own, pages will use the CDN: {problem}.\n")
        return 1 if options.tarball else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
