"""Telling networks apart without keeping addresses: a keyed hash whose key changes every day."""

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

# One household or phone commonly holds a whole IPv6 /64; counting single addresses would be no limit at all.
IPV6_PREFIX = 64


def network_key(request: HttpRequest) -> str:
    """A hash of the client's network for today (UTC); tomorrow's cannot be linked to it."""
    return network_key_of(request.META.get("REMOTE_ADDR", ""))


def network_key_of(client: str) -> str:
    day = timezone.now().strftime("%Y-%m-%d")
    key = hmac.digest(settings.SECRET_KEY.encode(), b"network-key:" + day.encode(), "sha256")
    return "net:" + hashlib.blake2b(_network(client).encode(), key=key, digest_size=16).hexdigest()


def _network(client: str) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
