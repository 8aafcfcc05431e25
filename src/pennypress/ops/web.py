"""The web process: Granian in front of the dispatcher."""

import os
import resource

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from pennypress.delivery.dispatcher import Dispatcher, make_dispatcher
from pennypress.delivery.ready.showing import shared_clock
from pennypress.lib.processes import end_with

# Tells the forked ones whose they are.
WEB_PROCESS = "PENNYPRESS_WEB_PROCESS"
# One more than one, so that a page being rendered in one never keeps readers from the other.
WORKERS = 2
# Connections of each web process besides its open streams; more wait in the system's queue.
OTHER_CONNECTIONS = 2_000
# Files and sockets a web process has open besides its connections, generously.
OTHER_FILES = 200


class Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, which waits for all connections before it ends, and so for open streams for ever."""

    def shutdown(self, exit_code: int = 0) -> None:
        shared_clock().announce_end()
        super().shutdown(exit_code)


def run(host: str, port: int, workers: int = WORKERS) -> None:
    """Serve until SIGTERM."""
    os.environ[WEB_PROCESS] = str(os.getpid())
    connections = settings.PENNYPRESS_LIVE_STREAMS + OTHER_CONNECTIONS
    allow_files(connections + OTHER_FILES)
    Server(
        "pennypress.ops.web:make_worker",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        # Granian counts connections, and an open stream is one for as long as it lasts.
        backpressure=connections,
        respawn_failed_workers=True,
        # In-flight requests finish within this time at shutdown; after it they are cut, so that Ctrl-C takes < 5 s.
        workers_kill_timeout=3,
        http1_settings=HTTP1Settings(header_read_timeout=20_000),
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()


def make_worker() -> Dispatcher:
    """What Granian loads in each process it forks."""
    end_with(int(os.environ[WEB_PROCESS]))
    return make_dispatcher()


def allow_files(wanted: int) -> None:
    """Raise this process's limit of open files as far as that is needed and the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
