"""Telling networks apart without keeping addresses: a keyed hash whose key changes every day."""

import hashlib
import hmac
import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

# One household or phone commonly holds a whole IPv6 /64; counting single addresses would be no limit at all.
IPV6_PREFIX = 64
# What is commonly let to one customer of a machine room, at most.
WIDE_IPV4_PREFIX, WIDE_IPV6_PREFIX = 24, 48


def network_key(request: HttpRequest) -> str:
    """A hash of the client's network for today (UTC); tomorrow's cannot be linked to it."""
    return network_key_of(request.META.get("REMOTE_ADDR", ""))


def neighbourhood_key(request: HttpRequest) -> str:
    """The same for all networks around the client's: what one attacker may well hold together."""
    return neighbourhood_key_of(request.META.get("REMOTE_ADDR", ""))


def network_key_of(client: str) -> str:
    return "net:" + _hashed(_network(client, 32, IPV6_PREFIX))


def neighbourhood_key_of(client: str) -> str:
    return "nets:" + _hashed(_network(client, WIDE_IPV4_PREFIX, WIDE_IPV6_PREFIX))


def _hashed(network: str) -> str:
    key = _key_of(timezone.now().strftime("%Y-%m-%d"), settings.SECRET_KEY)
    return hashlib.blake2b(network.encode(), key=key, digest_size=16).hexdigest()


@lru_cache(maxsize=2)
def _key_of(day: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"network-key:" + day.encode(), "sha256")


def _network(client: str, ipv4_prefix: int, ipv6_prefix: int) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if not address.ipv4_mapped:
            return str(ipaddress.ip_network((address, ipv6_prefix), strict=False))
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, ipv4_prefix), strict=False))
