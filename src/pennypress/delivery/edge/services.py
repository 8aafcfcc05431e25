"""The caches that can forget pages by their tags, each with its own way of being told.

`service_at` reads the setting. A service's `purge` returns when the cache has accepted all tags, and raises OSError
(urllib's errors are such) when it has not; the caller tries again later.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10
# The most that one request to each may name (Fastly: 256 keys; Cloudflare: 30 on every plan; a line of Varnish's: 8 kB).
FASTLY_TAGS, CLOUDFLARE_TAGS, VARNISH_TAGS = 256, 30, 100


class Service(Protocol):
    def purge(self, tags: Sequence[str]) -> None: ...


@dataclass(frozen=True)
class Varnish:
    """Varnish with docs/varnish.vcl: PURGE with the tags as a choice of words."""

    address: str

    def purge(self, tags: Sequence[str]) -> None:
        for part in parts(tags, VARNISH_TAGS):
            # Our tags are letters, digits, ":" and "-": nothing of them means anything else in a pattern.
            tell(Request(self.address, method="PURGE", headers={"X-Purge-Tags": "|".join(part)}))


@dataclass(frozen=True)
class Fastly:
    service: str
    token: str
    api: str = "https://api.fastly.com"

    def purge(self, tags: Sequence[str]) -> None:
        for part in parts(tags, FASTLY_TAGS):
            headers = {"Fastly-Key": self.token, "Surrogate-Key": " ".join(part)}
            tell(Request(f"{self.api}/service/{self.service}/purge", method="POST", headers=headers))


@dataclass(frozen=True)
class Cloudflare:
    zone: str
    token: str
    api: str = "https://api.cloudflare.com/client/v4"

    def purge(self, tags: Sequence[str]) -> None:
        for part in parts(tags, CLOUDFLARE_TAGS):
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            body = json.dumps({"tags": list(part)}).encode()
            tell(Request(f"{self.api}/zones/{self.zone}/purge_cache", body, headers, method="POST"))


def service_at(url: str) -> Service | None:
    """The cache the setting names: `varnish://host:port`, `fastly://TOKEN@SERVICE` or `cloudflare://TOKEN@ZONE`.

    None for no setting. Raises ValueError for any other.
    """
    if not url:
        return None
    # A service's name is written with capitals, which a host would lose.
    scheme, _, rest = url.partition("://")
    token, at, name = rest.rstrip("/").rpartition("@")
    if scheme == "varnish" and rest and not at and urlsplit(url).hostname:
        return Varnish(f"http://{name}/")
    if scheme == "fastly" and token and name:
        return Fastly(name, unquote(token))
    if scheme == "cloudflare" and token and name:
        return Cloudflare(name, unquote(token))
    raise ValueError("it must look like varnish://host:port, fastly://TOKEN@SERVICE or cloudflare://TOKEN@ZONE")


def parts(tags: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (tags[start : start + size] for start in range(0, len(tags), size))


def tell(request: Request) -> None:
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the operator's own setting
        response.read()
