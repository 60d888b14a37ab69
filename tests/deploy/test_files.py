"""The files of deploy/ agree with each other and with the program."""

import re

import pytest

from app.cli.limits import Patience
from app.config import PROJECT
from tests.deploy.proxies import DEPLOY

NGINX = ("nginx.conf", "site.conf")
# What only one of the files can have, being the whole of nginx's configuration or a part of it.
OF_THE_WHOLE = {
    "worker_processes", "worker_rlimit_nofile", "worker_connections", "worker_shutdown_timeout", "pid", "error_log",
    "include", "default_type", "sendfile", "tcp_nodelay", "client_body_temp_path", "proxy_temp_path",
    "fastcgi_temp_path", "uwsgi_temp_path", "scgi_temp_path",
}  # fmt: skip
OF_THE_PLACE = {
    "listen",
    "server",
    "server_name",
    "access_log",
    "ssl_certificate",
    "ssl_certificate_key",
    "ssl_protocols",
}


def text(name: str) -> str:
    """A file of deploy/ without its comments."""
    return re.sub(r"^\s*#.*\n", "", (DEPLOY / name).read_text(), flags=re.MULTILINE)


def directives(name: str) -> list[str]:
    """Every line of one of nginx's files that says something, in order of the alphabet."""
    lines = [" ".join(line.split()) for line in re.split(r"(?<=[;{}])\n", text(name)) if line.strip()]
    return sorted(line for line in lines if line.split()[0] not in OF_THE_WHOLE | OF_THE_PLACE | {"}"})


def test_the_two_files_of_nginx_say_the_same() -> None:
    inside, with_https = (directives(name) for name in NGINX)

    of_https = {
        "return 308 https://week.example.com$request_uri;",
        "location = /metrics {",
        "allow 127.0.0.1;",
        "allow ::1;",
        "deny all;",
    }
    assert set(inside) - set(with_https) == {"events {", "http {"}
    assert set(with_https) - set(inside) == of_https


@pytest.mark.parametrize("name", [*NGINX, "Caddyfile"])
def test_proxies_compress_nothing(name: str) -> None:
    said = re.findall(r"^\s*(gzip\S*|encode|brotli\S*|zstd\S*)\s+(\S+)", text(name), re.MULTILINE)

    assert said == ([] if name == "Caddyfile" else [("gzip", "off;")])


@pytest.mark.parametrize("name", [*NGINX, "Caddyfile"])
def test_service_waits_longer_than_the_proxies_keep_a_connection(name: str) -> None:
    kept = re.findall(
        r"^\s*(?:upstream assembly_week \{[^}]*keepalive_timeout|keepalive) (\d+)s", text(name), re.MULTILINE
    )

    assert [int(seconds) for seconds in kept] == [30]
    assert Patience().idle > 2 * 30


@pytest.mark.parametrize("name", NGINX)
def test_nginx_is_more_patient_with_bodies_than_the_service(name: str) -> None:
    assert re.findall(r"client_body_timeout (\d+)s;", text(name)) == ["30"]
    assert re.findall(r"proxy_request_buffering (\w+);", text(name)) == ["off"]
    assert Patience().piece < 30


def test_caddy_is_more_patient_with_bodies_than_the_service() -> None:
    assert re.findall(r"read_body (\d+)m", text("Caddyfile")) == ["11"]
    assert Patience().body + Patience().piece < 11 * 60


def test_containers_may_open_as_many_files_as_the_unit() -> None:
    unit = re.findall(r"LimitNOFILE=(\d+)", text("assembly-week.service"))
    containers = re.findall(r"nofile: (\d+)", (PROJECT / "compose.yaml").read_text())

    assert (unit, set(containers), len(containers)) == (["32768"], {"32768"}, 2)
