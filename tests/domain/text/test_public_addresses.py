"""Hosts that are refused as soon as somebody types them, before any name is looked up."""

import pytest

from app.domain.text.public_addresses import HTTPS, PUBLIC, Allowed

PRIVATE = "isn’t a public address. An operator can allow a network of your own in ASSEMBLY_WEEK_OUTBOUND_NETWORKS."
STRANGE = "isn’t an address. Write it with four numbers, such as 203.0.113.5."


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:192.168.0.1", "localhost"])
def test_a_host_that_can_never_be_public_is_refused(host: str) -> None:
    assert PUBLIC.host_flaw(host, is_plain=False) == f"{host} {PRIVATE}"


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "a.example.0x1"])
def test_a_number_that_some_read_as_an_address_is_refused(host: str) -> None:
    assert PUBLIC.host_flaw(host, is_plain=False) == f"{host} {STRANGE}"


@pytest.mark.parametrize("host", ["example.com", "1.example.com", "93.184.216.34", "2606:4700::1111", "müller.example"])
def test_a_host_that_may_be_public_is_taken_over_https_alone(host: str) -> None:
    assert (PUBLIC.host_flaw(host, is_plain=False), PUBLIC.host_flaw(host, is_plain=True)) == ("", HTTPS)


def test_networks_of_ones_own_are_taken_and_no_others() -> None:
    allowed = Allowed(networks=["10.1.2.0/24", "127.0.0.0/8"])

    hosts = ("10.1.2.3", "localhost", "LOCALHOST.", "tool.internal", "10.1.3.3", "93.184.216.34")
    flaws = [allowed.host_flaw(host, is_plain=True) for host in hosts]

    assert flaws == ["", "", "", "", f"10.1.3.3 {PRIVATE}", HTTPS]
