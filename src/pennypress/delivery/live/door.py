"""The branch of the front door for `/live/` and `/live/<channel>/`: it opens a stream, or says why not."""

import logging
import random
import re
from urllib.parse import parse_qs

from pennypress.delivery.http.connection import Connection
from pennypress.delivery.http.head import Headers
from pennypress.delivery.http.request import Request
from pennypress.delivery.live import wire
from pennypress.delivery.live.hub import RETRY_MS, Busy, Hub, Stream

logger = logging.getLogger(__name__)

PREFIX = "/live/"
ADDRESS = re.compile(r"/live/(?:([a-z]{1,20}:[0-9]{1,9})/)?")
NUMBER = re.compile(r"[0-9]{1,18}")
# In each web process. A school or a company behind one address is many readers; a single machine that opens more than
# this wants something else.
STREAMS_PER_NETWORK = 200
# Who is turned away comes again within a minute or two, and not all at once.
RETRY_AFTER_SECONDS = (60, 120)


class LiveDoor:
    def __init__(self, hub: Hub, most: int) -> None:
        self.hub = hub
        self.most = most

    async def answer(self, request: Request, connection: Connection, network: str) -> None:
        """Open a stream for this reader. It goes on after this has returned, until either side ends it."""
        found = ADDRESS.fullmatch(request.path)
        if request.method not in ("GET", "HEAD"):
            refuse(connection, 405, "A stream can only be read.\n", [("allow", "GET, HEAD")])
        elif request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            refuse(connection, 403, "Another site's page asks for this stream.\n")
        elif found is None:
            refuse(connection, 404, "There is no such stream.\n")
        elif self.is_full(network):
            come_again(connection)
        else:
            await self.open(found[1] or "", request, connection, network)

    def is_full(self, network: str) -> bool:
        hub = self.hub
        return hub.is_ending or hub.count >= self.most or hub.networks[network] >= STREAMS_PER_NETWORK

    async def open(self, name: str, request: Request, connection: Connection, network: str) -> None:
        hub, seen = self.hub, seen_by(request)
        try:
            is_ahead = seen is not None and name != "" and not await hub.catch_up(seen)
            channel = await hub.channel(name)
        except Busy:
            come_again(connection)
            return
        except Exception:
            logger.exception("A live channel could not be opened.")
            come_again(connection)
            return
        if channel is None:
            refuse(connection, 404, "There is no such stream.\n")
            return
        if request.method == "HEAD":
            connection.respond(200, wire.HEADERS)
            return
        if self.is_full(network):
            # Many may have waited for the channel side by side.
            come_again(connection)
            return
        retry_ms = random.randint(*RETRY_MS)  # noqa: S311 - spreads work, guards nothing
        words = wire.greeting(retry_ms, hub.how_things_stand())
        if is_ahead:
            # Its number is none of ours: the database was put back to an earlier state.
            words += wire.stale(channel.last)
        elif seen is not None:
            words += channel.after(seen)
        stream = Stream(channel, network)
        stream.transport = connection.stream(200, wire.HEADERS, gone=lambda: hub.leave(stream))
        hub.join(stream)
        if not stream.write(words):
            hub.leave(stream)


def seen_by(request: Request) -> int | None:
    """The number of the last event this reader has seen: of its own last stream, else of the page it stands on."""
    asked = request.headers.get("last-event-id") or (parse_qs(request.query_string).get("after") or [""])[-1]
    return int(asked) if NUMBER.fullmatch(asked) else None


def come_again(connection: Connection) -> None:
    seconds = random.randint(*RETRY_AFTER_SECONDS)  # noqa: S311 - spreads work, guards nothing
    refuse(connection, 503, "There are more open pages than can be told at once.\n", [("retry-after", str(seconds))])


def refuse(connection: Connection, status: int, sentence: str, headers: Headers | None = None) -> None:
    plain = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
    connection.respond(status, [*plain, *(headers or [])], sentence.encode())
