"""A throw-away PostgreSQL on a free port of 127.0.0.1; as a command, run another with it: `postgresql.py BIN COMMAND …`."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from glob import glob
from pathlib import Path

START_SECONDS = 30


class Cluster:
    """A cluster in a temporary folder. `safe` has it flush as a real one does; without it it is only faster."""

    def __init__(self, binaries: str, *, safe: bool = False) -> None:
        self.binaries, self.safe = binaries, safe
        self.folder = tempfile.mkdtemp(prefix="pennypress-pg-")
        # PostgreSQL refuses to run as root.
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = f"{self.folder}/cluster"
        self._run("initdb", "-D", self.data, "-U", "pennypress", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgresql://pennypress@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        flushing = "on" if self.safe else "off"
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync={flushing}"
        )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._control("-l", f"{self.folder}/log", "-o", options, "start")
                return
            except subprocess.CalledProcessError:
                # One of its processes that began while the others were killed may hold their memory for a moment.
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        self._control("-m", "immediate", "stop", check=False)

    def kill(self) -> None:
        """kill -9 on all of it, as an out-of-memory killer may do."""
        postmaster = self.postmaster()
        if postmaster is None:
            return
        for process in [postmaster, *self.backends()]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while Path(f"/proc/{postmaster}").exists():
            time.sleep(0.02)
        (Path(self.data) / "postmaster.pid").unlink(missing_ok=True)

    def postmaster(self) -> int | None:
        """The first of its processes; none where it has ended by itself, as it does when what recovers it is killed."""
        try:
            return int((Path(self.data) / "postmaster.pid").read_text().split()[0])
        except FileNotFoundError:
            return None

    def backends(self) -> list[int]:
        """The processes that serve somebody's connection, and PostgreSQL's own helpers."""
        postmaster = self.postmaster()
        found: list[int] = []
        if postmaster is None:
            return found
        for path in glob("/proc/[0-9]*/stat"):
            try:
                fields = Path(path).read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == postmaster:
                found.append(int(path.split("/")[2]))
        return found

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *arguments: str, check: bool = True) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [*self.as_user, f"{self.binaries}/{program}", *arguments]
        subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)


def installed() -> str | None:
    """The folder of the newest PostgreSQL on this machine, as Debian lays it."""
    return max(glob("/usr/lib/postgresql/*/bin"), default=None)


def main(binaries: str, *command: str) -> int:
    cluster = Cluster(binaries)
    cluster.start()
    try:
        return subprocess.run(command, env={**os.environ, "PENNYPRESS_DATABASE_URL": cluster.url}).returncode
    finally:
        cluster.remove()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
