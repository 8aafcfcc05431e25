"""A small real site for the crash harness: made, served, asked, killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from tests.postgresql import Cluster

# Run in the site's own process: a newsroom with two articles, comments to vote on, and first comments not held.
MAKE = """
import django; django.setup()
from django.utils import timezone
from wagtail.models import Site
from pennypress.ops.actions import set_up_newsroom
from pennypress.discussion.actions import import_comment
from pennypress.discussion.models import DiscussionSettings
from tests.factories import make_article, make_section
room = set_up_newsroom(name="The Post", language="en", time_zone="UTC", currency="EUR", editor_name="Ada",
                       email="ada@example.org", password="correct-horse-battery")
from pennypress.newsroom.actions import entered
with entered(room):
    section = make_section(room)
    for number in range(2):
        page = make_article(section, title=f"Story {number}", slug=f"story-{number}")
        for n in range(5):
            import_comment(page_id=page.pk, external_key=str(n), name="Ann", text=f"Words {n}", created_at=timezone.now())
    DiscussionSettings.objects.update_or_create(site=Site.objects.get(), defaults={"hold_first_comments": False})
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class NoAnswer(Exception):
    """The connection broke before the whole answer was here."""


@dataclass
class CrashSite:
    """A site in `data`; `environment` is added to that of its processes."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    # On PostgreSQL: its cluster, which is killed with the rest.
    cluster: Cluster | None = None
    process: subprocess.Popen | None = None
    port: int = 0

    @property
    def database(self) -> Path | str:
        return self.cluster.url if self.cluster else self.data / "pennypress.sqlite3"

    def variables(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PENNYPRESS_")}
        return {
            **inherited, "PENNYPRESS_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "pennypress.config.settings",
            # Each request comes from another network, so that limits meant for one stop nobody here.
            "PENNYPRESS_TRUSTED_PROXIES": "127.0.0.1", "PENNYPRESS_LOG_LEVEL": "CRITICAL",
            **({"PENNYPRESS_DATABASE_URL": self.cluster.url} if self.cluster else {}), **self.environment,
        }  # fmt: skip

    def make(self) -> None:
        """Start once, empty, for the schema; then fill it."""
        self.start()
        self.stop()
        subprocess.run([sys.executable, "-c", MAKE], env=self.variables(), check=True, cwd=Path(__file__).parents[2])

    def start(self, path: str = "/readyz") -> float:
        """Serve, and return after how many seconds there was such a page."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--data", str(self.data), "--empty"]
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)], env=self.variables(), start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.wait_until_ready(path)
        return time.monotonic() - began

    def wait_until_ready(self, path: str = "/readyz", seconds: float = 180) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.ask("GET", path).status == 200:
                    return
            except NoAnswer:
                pass
            time.sleep(0.05)
        raise AssertionError("The site did not become ready.")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, network: str = "10.0.0.1") -> Answer:
        """One request; the answer counts only when all of it has come. Raises NoAnswer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"X-Forwarded-For": network}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            told["set-cookie"] = "; ".join(answer.headers.get_all("set-cookie", []))
            return Answer(answer.status, told, answer.read().decode(errors="replace"))
        except (OSError, HTTPException) as error:
            raise NoAnswer from error
        finally:
            connection.close()

    # Killing

    def children(self) -> dict[str, list[int]]:
        """The site's processes by what they are: the supervisor, and its parts."""
        assert self.process is not None
        ours = {"supervisor": [self.process.pid], "part": children_of(self.process.pid)}
        return ours | {"database": self.cluster.backends()} if self.cluster else ours

    def kill_everything(self) -> None:
        """As an out-of-memory killer or a pulled plug does: all processes, none of them asked."""
        assert self.process is not None
        for processes in self.children().values():
            for process in processes:
                kill(process)
        self.process.wait(20)
        self.process = None
        if self.cluster:
            self.cluster.kill()
            self.cluster.start()


def children_of(process: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != b"Z":
            found.append(int(path.parent.name))
    return sorted(found)


def kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
