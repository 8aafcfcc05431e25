"""What a visitor gets while the site is starting, or being prepared for the first time.

After an orderly stop that is the newspaper: its ready pages lie on the disk, and nobody can have changed them. All else is
answered by a page that waits.
"""

import socket
import time
from pathlib import Path

from pennypress.delivery.http import server
from pennypress.delivery.http.connection import Connection
from pennypress.delivery.http.head import Headers
from pennypress.delivery.http.request import Request

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">{again}<title>One moment</title>
<style>body {{ max-width: 36rem; margin: 20vh auto; padding: 0 1rem; font: 1.1rem/1.5 Georgia, serif }}</style></head>
<body><h1>One moment</h1><p>The newspaper is being prepared. {what}</p></body></html>
"""
OPENS_ITSELF = PAGE.format(
    again='<meta http-equiv="refresh" content="1">', what="This page opens it by itself."
).encode()
# A page that opened itself would ask for the address, and leave behind what was sent to it.
SEND_AGAIN = PAGE.format(again="", what="Please go back in a few seconds, and send it again.").encode()
UNKEPT: Headers = [("cache-control", "no-store"), ("retry-after", "1")]
CONNECTIONS = 500


class Waiting:
    """Answers everything at once. `kept` is the folder of ready pages that may be believed, if there is one."""

    def __init__(self, kept: Path | None) -> None:
        self.pages = Kept(kept) if kept else None

    def at_once(self, request: Request, connection: Connection) -> bool:
        if request.path == "/livez":
            # Alive, but not ready: machines that watch us are told the truth.
            connection.respond(200, [("content-type", "text/plain"), *UNKEPT], b"alive\n")
        elif request.method not in ("GET", "HEAD"):
            connection.respond(503, [("content-type", "text/html; charset=utf-8"), *UNKEPT], SEND_AGAIN)
        elif self.pages is None or not self.pages.answer(request, connection):
            connection.respond(503, [("content-type", "text/html; charset=utf-8"), *UNKEPT], OPENS_ITSELF)
        return True

    async def answer(self, request: Request, connection: Connection) -> None:
        raise AssertionError("everything is answered at once")


class Kept:
    """The ready pages of before the stop."""

    def __init__(self, folder: Path) -> None:
        from django.conf import settings

        from pennypress.delivery.ready.changes import Changes
        from pennypress.delivery.ready.store import Disk

        self.clock = Changes(folder)
        self.disk = Disk(folder, self.clock)
        self.has_edge = bool(settings.PENNYPRESS_EDGE_URL)

    def answer(self, request: Request, connection: Connection) -> bool:
        """Whether there was a page to answer with."""
        from pennypress.delivery.ready.sending import is_our_host, send

        if request.query_string or not is_our_host(request):
            return False
        page = self.disk.get(request.path)
        if page is None or not page.is_current(self.clock.words, self.clock.now, time.time()):
            return False
        send(page, request, connection, self.has_edge)
        return True


def answer_while_waiting(sockets: list[socket.socket], kept: Path | None) -> None:
    """Answer at these sockets until the process is ended."""
    server.run(Waiting(kept), sockets, most=CONNECTIONS)
