"""What a reader asks, once its head is read."""

from typing import Any


class NotUnderstood(Exception):
    """The head is none that can be answered (RFC 9112, 3.2)."""


class Request:
    """One request. Raises NotUnderstood. `headers` have lower names; one that came several times has its values in one, as lists are written.

    `path` is as it came, percent signs and all. `client` and `server` are addresses with their ports.
    """

    __slots__ = (
        "client", "cut_off", "expects_continue", "has_body", "headers", "http_version", "keeps_alive", "method",
        "parts", "path", "query_string", "server", "unread", "whole",
    )  # fmt: skip

    def __init__(
        self, method: str, target: str, version: str, headers: dict[str, str], client: str, server: str
    ) -> None:
        self.method, self.http_version, self.headers = method, version, headers
        self.client, self.server = client, server
        coding = headers.get("transfer-encoding", "chunked").lower()
        if (
            version not in ("1.0", "1.1")
            or coding != "chunked"
            or (version == "1.0" and "transfer-encoding" in headers)
        ):
            # How long such a body is two programs would answer differently, and one of them may be in front.
            raise NotUnderstood
        if not target.startswith("/"):
            target = self._origin_of(target)
        if version == "1.1" and not headers.get("host"):
            # Asked at its bare address the site would answer for whichever host it is reached by.
            raise NotUnderstood
        if "#" in target:
            target = target.partition("#")[0]
        self.path, _, self.query_string = target.partition("?")
        self.has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self.expects_continue = (
            self.has_body and version == "1.1" and headers.get("expect", "").lower() == "100-continue"
        )
        self.keeps_alive = True
        # What came of its body and nobody has read yet; whether all of it is there, or will never be.
        self.parts: list[bytes] = []
        self.unread = 0
        self.whole = self.cut_off = False

    def _origin_of(self, target: str) -> str:
        """The path of a target in absolute form, whose host counts more than the header's (RFC 9112, 3.2.2)."""
        scheme, found, rest = target.partition("://")
        host, slash, path = rest.partition("/")
        if not found or scheme.lower() not in ("http", "https") or not host or "?" in host or "@" in host:
            raise NotUnderstood
        self.headers["host"] = host
        return slash + path or "/"


def address_of(name: Any) -> str:
    """An address with its port, as `host:port` or `[host]:port`."""
    if not isinstance(name, tuple):
        return ""
    host, port = name[:2]
    if host.startswith("::ffff:") and "." in host:
        # Version 4 at a socket of version 6; trusted proxies are named as themselves.
        host = host.removeprefix("::ffff:")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
