"""`pennypress serve`: one process that loads the program, forks its parts, keeps them running and ends them in order.

The parts are forked rather than started anew, so that the program is loaded once and its memory is shared. For
that the supervisor itself has no threads and no connection to the database.
"""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any
from urllib.request import urlopen

from pennypress.delivery.http.server import listen
from pennypress.lib.processes import end_with, give_memory_back
from pennypress.ops import warm
from pennypress.ops.data import DataDirectory, Unusable
from pennypress.ops.prepare import collect_files, fingerprint, prepare_database
from pennypress.ops.waiting import answer_while_waiting

# One more than one, so that a page being rendered in one never keeps readers from the other.
WEB_SERVERS = 2
# A part that ends by itself is started again after this pause, so that a part that cannot start does not spin.
RESTART_PAUSE_SECONDS = 1.0
# SIGTERM to all parts, then SIGKILL to what is left: the whole stop takes less than 5 seconds.
STOP_SECONDS = 4.0
# Read before the parts are forked, with the tags they use, so that the parts share them.
READERS_TEMPLATES = (
    "publishing/front_page.html", "publishing/article_page.html", "publishing/section_page.html",
    "publishing/search.html", "discussion/thread.html", "discussion/comment.html", "funding/support.html",
)  # fmt: skip


class Part:
    """A forked child that is kept running."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.process: ForkProcess | None = None
        self.not_before = 0.0

    def start(self) -> ForkProcess:
        self.process = multiprocessing.get_context("fork").Process(target=in_own_session, args=(self.work, os.getpid()))
        self.process.start()
        return self.process

    def keep_running(self) -> None:
        if self.process is not None and not self.process.is_alive():
            print(f"pennypress: the {self.name} ended by itself and is started again.", file=sys.stderr)
            self.sweep()
            self.process = None
            self.not_before = time.monotonic() + RESTART_PAUSE_SECONDS
        if self.process is None and time.monotonic() >= self.not_before:
            self.start()

    def finished(self) -> bool:
        """Wait for a part that comes to an end; whether it was a good one."""
        assert self.process is not None
        self.process.join()
        return self.process.exitcode == 0

    def ask_to_stop(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def stop(self, until: float) -> None:
        if self.process is None or self.process.pid is None:
            return
        self.process.join(max(0.05, until - time.monotonic()))
        if self.process.is_alive():
            print(f"pennypress: the {self.name} did not end in time and is cut off.", file=sys.stderr)
        self.sweep()

    def sweep(self) -> None:
        """Kill what is left of the part, and of what it started."""
        if self.process is None or self.process.pid is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def in_own_session(work: Callable[[], None], supervisor: int) -> None:
    """Ctrl-C reaches the supervisor alone, which then ends the parts in order; where it is killed, they end with it.

    A part left behind would go on answering, and hold the directory's lock against the next start.
    """
    os.setsid()
    end_with(supervisor)
    gc.enable()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    work()


class Stopped(BaseException):
    """Ctrl-C or SIGTERM. No Exception: what goes on after any of those must not go on after this."""


def serve(data: DataDirectory, *, host: str, port: int, empty: bool) -> int:
    """Run the site until Ctrl-C or SIGTERM. Raises Unusable where the directory or the port cannot be had."""
    give_memory_back()
    # Looking for garbage while the program is loaded finds next to none and takes a sixth of the time.
    gc.disable()
    data.make_usable()
    with data.locked():
        sockets = take_port(host, port)
        tell_children_the_address(host, port)
        signal.signal(signal.SIGTERM, stop_on_signal)
        signal.signal(signal.SIGINT, stop_on_signal)
        waiting = Part("waiting page", lambda: wait(data, sockets, empty=empty))
        worker = Part("worker", work_jobs)
        parts = [waiting]
        is_taken_up = False
        try:
            waiting.start()
            load_apps()
            take_writes()
            prepared = prepare_if_needed(data, empty=empty, meanwhile=load_program)
            warm.take_up(data, prepared=prepared)
            is_taken_up = True
            share_program()
            waiting.ask_to_stop()
            waiting.stop(time.monotonic() + STOP_SECONDS)
            parts = [*(Part(f"web server {n}", partial(serve_web, one)) for n, one in enumerate(sockets, 1)), worker]
            if has_several_machines():
                parts.append(Part("listener", listen_to_other_machines))
            run_until_stopped(data, parts, address(host, port))
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            until = time.monotonic() + STOP_SECONDS
            for part in parts:
                part.ask_to_stop()
            for part in parts:
                part.stop(until)
        if is_taken_up:
            # Else what there was to know of the stop before stands as it is.
            warm.leave(data)
    return 0


def load_apps() -> None:
    import django

    django.setup()


def take_writes() -> None:
    """A flush that failed stops all writes until somebody starts the site again, which is now."""
    from django.conf import settings

    from pennypress.lib.sqlite.writes import begin_anew

    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        begin_anew(str(database["NAME"]))


def load_program() -> None:
    """Everything else the parts will need, before they are forked."""
    from django.template.loader import get_template
    from django.urls import get_resolver

    import pennypress.delivery.dispatcher
    import pennypress.jobs.worker
    import pennypress.ops.web  # noqa: F401

    _ = get_resolver().url_patterns
    for name in READERS_TEMPLATES:
        get_template(name)


def share_program() -> None:
    """What comes last before the parts are forked, so that they have it in common."""
    from babel.dates import format_datetime
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.urls import reverse

    from pennypress.ops.web import application

    # The preparation may just have collected them anew.
    storage: Any = staticfiles_storage
    storage.hashed_files, storage.manifest_hash = storage.load_manifest()
    # What a first request would have each web process load for itself: the middleware, all addresses, a language's dates.
    application()
    reverse("wagtailadmin_home")
    format_datetime(locale="en")
    # What is loaded now stays: without this, a part's collector would write to every page and unshare it.
    gc.freeze()
    # From here on everybody collects what is new: the supervisor lives for months.
    gc.enable()


def has_several_machines() -> bool:
    from django.conf import settings

    return settings.PENNYPRESS_SEVERAL_MACHINES


def listen_to_other_machines() -> None:
    from django.core.management import call_command

    call_command("listen")


def wait(data: DataDirectory, sockets: list[socket.socket], *, empty: bool) -> None:
    """Answer until the program is loaded."""
    from django.conf import settings

    is_kept = settings.PENNYPRESS_READY_PAGES and warm.is_as_left(data) and is_prepared(data, empty=empty)
    answer_while_waiting(sockets, data.path / "ready" if is_kept else None)


def serve_web(listening: socket.socket) -> None:
    from pennypress.delivery.ready.showing import shared_clock
    from pennypress.ops.web import run

    if not has_several_machines():
        shared_clock().be_alone()
    run(listening)


def work_jobs() -> None:
    from django.core.management import call_command

    from pennypress.delivery.ready.showing import shared_clock

    # Opening it counts the changes of a worker that was killed.
    shared_clock()
    call_command("runworker")
    shared_clock().leave()


def stop_on_signal(number: int, frame: FrameType | None) -> None:
    # A second Ctrl-C while stopping must not interrupt the stopping.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped


def take_port(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each web process. Raises Unusable where somebody else has the port."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Ours could be opened beside those of another Pennypress, whose readers would then be divided between the two.
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
        return listen(host, port, WEB_SERVERS)
    except socket.gaierror:
        raise Unusable(f"{host} is no address of this machine.") from None
    except OSError as error:
        raise Unusable(
            f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from None


def address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - not bound here
    return f"http://{shown}:{port}"


def tell_children_the_address(host: str, port: int) -> None:
    os.environ.setdefault("PENNYPRESS_BASE_URL", address(host, port))
    known = ["127.0.0.1", "localhost", "[::1]", socket.gethostname(), host]
    os.environ.setdefault("PENNYPRESS_ALLOWED_HOSTS", ",".join(dict.fromkeys(known)))


def mode_of(*, empty: bool) -> str:
    return "empty" if empty else "demo"


def is_prepared(data: DataDirectory, *, empty: bool) -> bool:
    """Whether it was this very program that last prepared the directory, for the same."""
    return data.stamp.exists() and data.stamp.read_text() == fingerprint(mode_of(empty=empty))


def prepare_if_needed(data: DataDirectory, *, empty: bool, meanwhile: Callable[[], None]) -> bool:
    """Whether it was needed. What is to be done `meanwhile` is done in either case."""
    if is_prepared(data, empty=empty):
        meanwhile()
        return False
    print("Preparing the site …", flush=True)
    # In children: the supervisor must not open the database it forks its parts around. Side by side: neither needs the other.
    children = [
        Part("preparation", lambda: prepare_database(demo=not empty)),
        Part("collection of files", collect_files),
    ]
    try:
        for child in children:
            child.start()
        meanwhile()
        prepared = fingerprint(mode_of(empty=empty))
        done = [child.finished() for child in children]
    except Stopped:
        until = time.monotonic() + STOP_SECONDS
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop(until)
        raise
    if not all(done):
        raise Unusable("the site could not be prepared; the reason stands above.")
    data.stamp.write_text(prepared)
    return True


def run_until_stopped(data: DataDirectory, parts: list[Part], where: str) -> None:
    announced = False
    while True:
        # Where Python lets nothing be raised (while it forks, or cleans something up) the signal has only been noted.
        if signal.getsignal(signal.SIGTERM) == signal.SIG_IGN:
            raise Stopped
        for part in parts:
            part.keep_running()
        if not announced and answers(where):
            announce(data, where)
            announced = True
        time.sleep(0.1 if not announced else 0.5)


def answers(where: str) -> bool:
    try:
        with urlopen(where + "/readyz", timeout=2) as response:  # noqa: S310 - our own address
            return response.status == 200
    except OSError:
        return False


def announce(data: DataDirectory, where: str) -> None:
    public = os.environ["PENNYPRESS_BASE_URL"]
    print(f"\n  The newspaper    {public}/")
    print(f"  The editor       {public}/admin/")
    editor = data.recall_first_editor()
    if editor is not None:
        print(f"    sign in with   {editor['email']}")
        print(f"    password       {editor['password']}")
    print(f"  The mails        {public}/operator/mail/")
    print(f"  All its data     {data.path}")
    print("\nCtrl-C stops it.", flush=True)
