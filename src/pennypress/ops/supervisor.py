"""`pennypress serve`: one light process that prepares the site, starts its parts, and ends them in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from urllib.request import urlopen

from pennypress.ops.data import DataDirectory, Unusable
from pennypress.ops.prepare import fingerprint
from pennypress.ops.waiting import waiting_page

# A part that ends by itself is started again after this pause, so that a part that cannot start does not spin.
RESTART_PAUSE_SECONDS = 1.0
# SIGTERM to all parts, then SIGKILL to what is left: the whole stop takes less than 5 seconds.
STOP_SECONDS = 4.0


class Part:
    """A child process that is kept running."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        self.arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self.not_before = 0.0

    def keep_running(self) -> None:
        if self.process is not None and self.process.poll() is not None:
            print(f"pennypress: the {self.name} ended by itself and is started again.", file=sys.stderr)
            self.process = None
            self.not_before = time.monotonic() + RESTART_PAUSE_SECONDS
        if self.process is None and time.monotonic() >= self.not_before:
            # Its own session: Ctrl-C reaches the supervisor alone, which then ends the parts in order.
            self.process = subprocess.Popen([sys.executable, "-m", *self.arguments], start_new_session=True)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.05, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"pennypress: the {self.name} did not end in time and is cut off.", file=sys.stderr)
        # What it started itself (Granian's workers) goes with it, even when it ended without them.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


def serve(data: DataDirectory, *, host: str, port: int, empty: bool) -> int:
    """Run the site until Ctrl-C or SIGTERM. Raises Unusable where the directory or the port cannot be had."""
    data.make_usable()
    with data.locked():
        require_free_port(host, port)
        tell_children_the_address(host, port)
        signal.signal(signal.SIGTERM, stop_on_signal)
        signal.signal(signal.SIGINT, stop_on_signal)
        web = Part("web server", ["pennypress.ops.web", host, str(port)])
        worker = Part("worker", ["pennypress.ops.cli", "manage", "runworker"])
        try:
            prepare_if_needed(data, host, port, empty=empty)
            run_until_stopped(data, [web, worker], address(host, port))
        except Stopped:
            print("\nStopping …", flush=True)
        finally:
            until = time.monotonic() + STOP_SECONDS
            for part in (web, worker):
                part.ask_to_stop()
            for part in (web, worker):
                part.stop(until)
    return 0


def stop_on_signal(number: int, frame: FrameType | None) -> None:
    # A second Ctrl-C while stopping must not interrupt the stopping.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped


def require_free_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
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


def prepare_if_needed(data: DataDirectory, host: str, port: int, *, empty: bool) -> None:
    mode = "empty" if empty else "demo"
    wanted = fingerprint(mode)
    if data.stamp.exists() and data.stamp.read_text() == wanted:
        return
    print("Preparing the site …", flush=True)
    with waiting_page(host, port):
        child = subprocess.Popen([sys.executable, "-m", "pennypress.ops.prepare", mode], start_new_session=True)
        try:
            failed = child.wait() != 0
        except Stopped:
            child.terminate()
            child.wait()
            raise
    if failed:
        raise Unusable("the site could not be prepared; the reason stands above.")
    data.stamp.write_text(wanted)


def run_until_stopped(data: DataDirectory, parts: list[Part], where: str) -> None:
    announced = False
    while True:
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
