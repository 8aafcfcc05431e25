"""A web process: the front door behind a listening socket."""

import resource
import socket
from functools import cache

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from pennypress.delivery.dispatcher import WSGIApplication, make_dispatcher
from pennypress.delivery.http import server
from pennypress.delivery.ready.showing import shared_clock

# Connections of each web process besides its open streams; more are told to come again.
OTHER_CONNECTIONS = 2_000
# Files and sockets a web process has open besides its connections, generously.
OTHER_FILES = 200


def run(listening: socket.socket) -> None:
    """Serve until SIGTERM."""
    connections = settings.PENNYPRESS_LIVE_STREAMS + OTHER_CONNECTIONS
    connections = max(1, min(connections, allow_files(connections + OTHER_FILES) - OTHER_FILES))
    dispatcher = make_dispatcher(application())
    server.run(dispatcher, [listening], most=connections, at_end=dispatcher.end)
    if not dispatcher.waiting:
        # No thread is about to change anything any more.
        shared_clock().leave()


@cache
def application() -> WSGIApplication:
    """Django with its middleware."""
    return get_wsgi_application()


def allow_files(wanted: int) -> int:
    """Raise this process's limit of open files as far as that is needed and the system allows; how many it may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return wanted if soft == resource.RLIM_INFINITY else soft
