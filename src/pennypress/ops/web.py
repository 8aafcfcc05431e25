"""The web process: Granian in front of the dispatcher."""

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

# One more than one, so that a page being rendered in one never keeps readers from the other.
WORKERS = 2


def run(host: str, port: int, workers: int = WORKERS) -> None:
    """Serve until SIGTERM."""
    Granian(
        "pennypress.delivery.dispatcher:make_dispatcher",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        respawn_failed_workers=True,
        # In-flight requests finish within this time at shutdown; after it they are cut, so that Ctrl-C takes < 5 s.
        workers_kill_timeout=3,
        http1_settings=HTTP1Settings(header_read_timeout=20_000),
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()
