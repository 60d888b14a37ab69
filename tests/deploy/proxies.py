"""nginx and Caddy with the files of deploy/: other ports and folders, nothing else."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.config import PROJECT
from tests.web.running_app import until

HOST = "week.example.com"
REQUIRED = "ASSEMBLY_WEEK_REQUIRE_PROXIES"
DEPLOY = PROJECT / "deploy"

# Nobody signed the certificates of the tests.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
TLS.set_alpn_protocols(["http/1.1"])


@dataclass(frozen=True)
class Proxy:
    """A running proxy."""

    name: str
    port: int
    is_https: bool
    folder: Path
    reload: Callable[[], None]

    @property
    def logs(self) -> str:
        """All it has logged."""
        return "".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))


def program(name: str) -> str:
    """The path of a program; without it a skip that says so, or a failure where it is required."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is not None:
        return path
    missing = f"{name} is not installed, so its file in deploy/ is not tried (apt-get install {name})."
    if os.environ.get(REQUIRED):
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def has_ipv6() -> bool:
    """Tell whether one can listen on IPv6 here."""
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


def adapted(file: str, changes: dict[str, str]) -> str:
    """A file of deploy/ with some passages changed. Each of them must be there."""
    text = (DEPLOY / file).read_text()
    for old, new in changes.items():
        assert old in text, f"deploy/{file} has no {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def running(command: list[str], folder: Path, port: int, environment: dict[str, str] | None = None) -> Iterator[int]:
    """A proxy as a process that listens on this port; its process id."""
    with (folder / "out.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            command, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
        )
    try:
        until(lambda: process.poll() is not None or _listens(port), 30)
        assert process.poll() is None, (folder / "out.log").read_text()
        yield process.pid
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()


def _has_certificate(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        TLS.wrap_socket(connection, server_hostname=HOST).close()
        return True
    return False


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _run_nginx(name: str, port: int, folder: Path, configuration: str, *, is_https: bool) -> Iterator[Proxy]:
    file = folder / f"{name}.conf"
    file.write_text(configuration)
    # Its workers would be nobody, who may not look into the folders of a test.
    user = "user root; " if os.geteuid() == 0 else ""
    command = [program("nginx"), "-p", str(folder), "-c", str(file), "-g", f"{user}daemon off;"]
    with running(command, folder, port) as process:
        yield Proxy(name, port, is_https, folder, lambda: os.kill(process, signal.SIGHUP))


@contextmanager
def nginx_in_compose(service: int, folder: Path) -> Iterator[Proxy]:
    """The proxy of compose.yaml."""
    port = free_port()
    changes = {"server app:8000": f"server 127.0.0.1:{service}", "listen 8080": f"listen 127.0.0.1:{port}"}
    configuration = adapted("nginx.conf", {**changes, "/tmp/": f"{folder}/", "auto": "1"})  # noqa: S108 (nginx's own words, replaced)
    yield from _run_nginx("nginx.conf", port, folder, configuration, is_https=False)


@contextmanager
def nginx_with_https(service: int, folder: Path) -> Iterator[Proxy]:
    """Nginx on the machine of the service, within an nginx.conf that is like Debian's."""
    port, plain = free_port(), free_port()
    certificate(folder)
    changes = {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{service}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:80;": f"listen [::1]:{plain};" if has_ipv6() else "",
        "listen [::]:443 ssl http2;": f"listen [::1]:{port} ssl http2;" if has_ipv6() else "",
        "/etc/ssl/week/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
    }
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = f"""
        pid {folder}/nginx.pid;
        error_log {folder}/error.log;
        worker_shutdown_timeout 2m;
        events {{ worker_connections 4096; }}
        http {{
            gzip on;
            access_log {folder}/access.log;
            client_body_temp_path {folder}/body;
            {paths}
            {adapted("site.conf", changes)}
        }}
    """
    yield from _run_nginx("site.conf", port, folder, configuration, is_https=True)


@contextmanager
def caddy(service: int, folder: Path) -> Iterator[Proxy]:
    """Caddy on the machine of the service, with a certificate that it makes by itself."""
    port, plain, admin = free_port(), free_port(), free_port()
    options = f"admin 127.0.0.1:{admin}\nhttps_port {port}\nhttp_port {plain}\nlocal_certs\nskip_install_trust\n"
    changes = {"reverse_proxy 127.0.0.1:8000": f"reverse_proxy 127.0.0.1:{service}", "\n{\n": f"\n{{\n{options}"}
    file = folder / "Caddyfile"
    file.write_text(adapted("Caddyfile", changes))
    home = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    command = [program("caddy"), "run", "--config", str(file), "--adapter", "caddyfile"]

    def load_again() -> None:
        again = [program("caddy"), "reload", "--config", str(file), "--adapter", "caddyfile", "--force"]
        environment = {**os.environ, **home}
        subprocess.run(  # noqa: S603 (our own words)
            [*again, "--address", f"127.0.0.1:{admin}"], check=True, capture_output=True, env=environment, timeout=60
        )

    with running(command, folder, port, home):
        until(lambda: _has_certificate(port), 50)
        yield Proxy("Caddyfile", port, True, folder, load_again)


PROXIES = {"nginx.conf": nginx_in_compose, "site.conf": nginx_with_https, "Caddyfile": caddy}


def certificate(folder: Path) -> None:
    """A key and a certificate for HOST that nobody signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
