"""bin/bench: what the real server does, beside nginx and Isso in the same run. Prints a table, and writes it with --out."""

import argparse
import json
import os
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from tests.crash.site import CrashSite
from tests.load.bench import browser, drive, peers, report
from tests.load.starts import processes, pss

GZIP = {"Accept-Encoding": "gzip"}
SIZES, SHORT_SIZES = (5, 200, 10_000), (5, 20, 60)
PATIENCE = 20.0
GROWTH = (100, 1000, 10_000, 100_000)
# What a common disk needs for a flush; this machine's own may be faster than any.
SLOW_FLUSH = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int slow(const char *name, int file) { usleep(3000); return ((int (*)(int))dlsym(RTLD_NEXT, name))(file); }
int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
"""


class Bench:
    """One run. `figures` gathers a list of values for each name, one a round."""

    def __init__(self, folder: Path, *, rounds: int, seconds: float, sizes: tuple[int, ...], articles: int) -> None:
        self.folder, self.rounds, self.seconds, self.sizes, self.articles = folder, rounds, seconds, sizes, articles
        self.figures: dict[str, list[drive.Figure]] = {}
        self.values: dict[str, float] = {}
        self.pages: dict[int, tuple[str, int]] = {}
        self.post = ""
        self.made = CrashSite(folder / "made")

    def make(self) -> None:
        site, script = self.made, Path(__file__).with_name("make_site.py")
        site.start()
        site.stop()
        command = [sys.executable, str(script), str(self.articles), *map(str, self.sizes)]
        root = Path(__file__).parents[3]
        environment = {**site.variables(), "PYTHONPATH": str(root)}
        said = subprocess.run(command, env=environment, check=True, cwd=root, capture_output=True, text=True).stdout
        made = json.loads(said.splitlines()[-1])
        self.pages = {int(size): tuple(found) for size, found in made["pages"].items()}
        self.post = drive.POST.replace("GUESTS", ",".join(f'"{guest}"' for guest in made["guests"]))

    def site(self, name: str, **environment: str) -> CrashSite:
        data = self.folder / name
        shutil.copytree(self.made.data, data)
        return CrashSite(data, environment)

    def measure(self, name: str, how: Callable[[], drive.Figure]) -> None:
        figure = how()
        self.figures.setdefault(name, []).append(figure)
        print(
            f"  {name:52} {figure.per_second:10,.0f}/s  p99 {figure.p99_ms:8.2f} ms  failed {figure.failed}", flush=True
        )

    def ask(self, url: str, **options: object) -> Callable[[], drive.Figure]:
        return lambda: drive.wrk(url, self.seconds, **options)  # type: ignore[arg-type]

    # The parts of a run

    def reading(self) -> None:
        """Ready pages, not-modified and signed-in ones, beside nginx with the same bytes."""
        small, middle, large = self.sizes
        site = self.site("reading")
        self.starts(site)
        site.start()
        try:
            url = f"http://127.0.0.1:{site.port}"
            address = url + self.pages[middle][0]
            for size in self.sizes:
                drive.wrk(url + self.pages[size][0], 1, headers=GZIP)
            time.sleep(8)  # until the pages' bytes are as few as they become
            for size in self.sizes:
                drive.wrk(url + self.pages[size][0], 1, headers=GZIP)
            headers, compressed, page = self._bytes_of(site, self.pages[middle][0])
            etag = dict(headers)["etag"]
            cookie = self._sign_in(site)
            with peers.nginx(self.folder / "nginx", page, compressed) as static:
                for _ in range(self.rounds):
                    self.measure(report.NGINX, self.ask(static, headers=GZIP))
                    self.measure(f"ready page, {middle} comments", self.ask(address, headers=GZIP))
                    self.measure("ready page, not modified", self.ask(address, headers={**GZIP, "If-None-Match": etag}))
                    self.measure(f"ready page, {large} comments", self.ask(url + self.pages[large][0], headers=GZIP))
                    self.measure("ready page, signed in", self.ask(address, headers={**GZIP, "Cookie": cookie}))
                    thread = self._thread_of(site, middle)
                    self.measure(
                        "a signed-in reader's marks",
                        self.ask(f"{url}/discussion/threads/{thread}/marks/", headers={"Cookie": cookie}),
                    )
                    self.measure("search", self.ask(url + "/search/?q=harbour+council", headers=GZIP))
            self.visibility(site)
            assert site.process is not None
            self.values["memory (PSS), MB"] = sum(pss(number) for number in processes(site.process.pid))
            self.values |= browser.load(address)
        finally:
            site.stop()

    def starts(self, site: CrashSite) -> None:
        """Seconds until the front page is there: kept from before an orderly stop, and made anew after a kill."""
        kept, anew = [], []
        for _ in range(3):
            anew.append(site.start("/"))
            site.wait_until_ready()
            # The first jobs of a new site change what its pages show.
            time.sleep(2)
            site.ask("GET", "/")
            site.stop()
            kept.append(site.start("/"))
            site.wait_until_ready()
            site.kill_everything()
        self.values |= {
            "first page after a stop, s": round(min(kept), 2),
            "first page after a kill, s": round(min(anew), 2),
        }

    def _bytes_of(self, site: CrashSite, path: str) -> tuple[list[tuple[str, str]], bytes, bytes]:
        """Its own headers, its compressed and its plain bytes."""
        from urllib.request import Request, urlopen

        url = f"http://127.0.0.1:{site.port}{path}"
        with urlopen(Request(url, headers=GZIP)) as coded, urlopen(url) as plain:  # noqa: S310 - our own address
            headers = [(name.lower(), value) for name, value in coded.headers.items()]
            servers = ("server", "date", "content-length")
            return [pair for pair in headers if pair[0] not in servers], coded.read(), plain.read()

    def _sign_in(self, site: CrashSite) -> str:
        """The cookies of a reader with a session."""
        code = (
            "import django; django.setup()\n"
            "from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY\n"
            "from django.contrib.sessions.backends.db import SessionStore\n"
            "from pennypress.readers.models import User\n"
            "user = User.objects.create_user(email='r@example.org', password='x' * 20, name='Rita')\n"
            "store = SessionStore(); store[SESSION_KEY] = str(user.pk)\n"
            "store[BACKEND_SESSION_KEY] = 'allauth.account.auth_backends.AuthenticationBackend'\n"
            "store[HASH_SESSION_KEY] = user.get_session_auth_hash(); store.save(); print(store.session_key)"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], env=site.variables(), check=True, capture_output=True, text=True
        )
        return f"sessionid={said.stdout.split()[-1]}; pp_marks=1"

    def _thread_of(self, site: CrashSite, size: int) -> str:
        found = re.search(r'data-thread="([0-9a-f-]+)"', site.ask("GET", self.pages[size][0]).text)
        assert found is not None
        return found[1]

    def visibility(self, site: CrashSite) -> None:
        """From a comment's being sent until every reader sees it, while 16 readers hammer the page."""
        path, page = self.pages[self.sizes[1]]
        hammer = threading.Thread(
            target=drive.wrk, args=(f"http://127.0.0.1:{site.port}{path}", 6), kwargs={"headers": GZIP}
        )
        hammer.start()
        time.sleep(1)
        took = []
        # Fewer than make a thread run hot, whose strangers wait for a moderator.
        for number in range(12):
            words = f"seen{number}x{random.getrandbits(40):x}"
            network = f"10.1.{number}.1"
            begun = time.monotonic()
            fields = {"name": "Ann", "text": words}
            assert site.ask("POST", f"/discussion/pages/{page}/comments/", fields, network).status == 302
            while words not in site.ask("GET", path).text:
                assert time.monotonic() - begun < PATIENCE, "A comment was posted and never seen."
            took.append((time.monotonic() - begun) * 1000)
        hammer.join()
        self.values["a post seen by everybody, ms (median)"] = round(statistics.median(took), 1)

    def uncached(self) -> None:
        site = self.site("uncached", PENNYPRESS_READY_PAGES="no")
        site.start()
        try:
            url = f"http://127.0.0.1:{site.port}"
            for _ in range(self.rounds):
                for size in self.sizes:
                    self.measure(f"uncached page, {size} comments", self.ask(url + self.pages[size][0]))
                self.measure("uncached front page", self.ask(url + "/"))
        finally:
            site.stop()

    def writing(self) -> None:
        """Posts and votes, beside Isso; then with each flush 3 ms slower."""
        small, middle, large = self.sizes
        with peers.isso(self.folder / "isso") as other:
            for number in range(self.rounds):
                site = self.site(f"writing-{number}")
                site.start()
                try:
                    url = f"http://127.0.0.1:{site.port}"
                    self.measure(
                        report.ISSO,
                        self.ask(f"{other}/new?uri=%2Fstory%2F", script=drive.ISSO_POST, connections=8),
                    )
                    for size in (small, large):
                        post = f"{url}/discussion/pages/{self.pages[size][1]}/comments/"
                        self.measure(
                            f"posts into {size} comments, 8 posters", self.ask(post, script=self.post, connections=8)
                        )
                    self._check_published(site)
                    ids = re.findall(r'data-id="([0-9a-f-]+)"', site.ask("GET", self.pages[middle][0]).text)
                    votes = drive.VOTE.replace("COMMENTS", ",".join(f'"{comment}"' for comment in ids))
                    self.measure("votes, 8 voters", self.ask(url, script=votes, connections=8))
                    self.measure("Isso: a thread read as JSON", self.ask(f"{other}/?uri=%2Fstory%2F&limit=60"))
                finally:
                    site.stop()
        shim = self._slow_flush()
        for number in range(self.rounds):
            site = self.site(f"slow-{number}", LD_PRELOAD=str(shim))
            site.start()
            try:
                post = f"http://127.0.0.1:{site.port}/discussion/pages/{self.pages[small][1]}/comments/"
                self.measure("posts, flush 3 ms slower, 32 posters", self.ask(post, script=self.post, connections=32))
            finally:
                site.stop()

    def _check_published(self, site: CrashSite) -> None:
        """What was posted is there for everybody: a post that only waits for a moderator costs less."""
        with closing(sqlite3.connect(site.data / "pennypress.sqlite3")) as database:
            (waiting,) = database.execute("SELECT count(*) FROM discussion_comment WHERE state = 'held'").fetchone()
        assert waiting == 0, f"{waiting} posts wait for a moderator"

    def _slow_flush(self) -> Path:
        source, shim = self.folder / "slow.c", self.folder / "slow.so"
        source.write_text(SLOW_FLUSH)
        subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", str(shim), str(source), "-ldl"], check=True)
        return shim

    def growth(self, sizes: tuple[int, ...]) -> None:
        """One thread of each size, uncached: does a page cost more when the thread is longer?"""
        bench = Bench(
            self.folder / "growth", rounds=self.rounds, seconds=self.seconds, sizes=sizes, articles=len(sizes)
        )
        bench.make()
        site = bench.site("served", PENNYPRESS_READY_PAGES="no")
        site.start()
        try:
            for _ in range(self.rounds):
                for size in sizes:
                    url = f"http://127.0.0.1:{site.port}{bench.pages[size][0]}"
                    self.measure(f"growth: uncached page, {size} comments", self.ask(url))
        finally:
            site.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a smoke test of a minute; its figures mean nothing")
    parser.add_argument("--out", type=Path, help="a folder to write performance.json and performance.svg to")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pennypress-bench-"))
    folder.chmod(0o755)
    try:
        bench = run(folder, short=asked.short)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = {
        "date": f"{date.today():%Y-%m-%d}", "python": platform.python_version(), "kernel": platform.release(),
        "cores": len(os.sched_getaffinity(0)), "command": "bin/bench" + (" --short" if asked.short else ""),
    }  # fmt: skip
    print(report.table(bench.figures, bench.values, machine))
    if asked.out:
        report.write(asked.out, bench.figures, bench.values, machine)
    return 1 if any(figure.failed for figures in bench.figures.values() for figure in figures) else 0


def run(folder: Path, *, short: bool) -> Bench:
    rounds, seconds = (1, 1.0) if short else (3, 5.0)
    sizes, articles = (SHORT_SIZES, 5) if short else (SIZES, 1000)
    bench = Bench(folder, rounds=rounds, seconds=seconds, sizes=sizes, articles=articles)
    print("Making the site …", flush=True)
    bench.make()
    bench.reading()
    bench.uncached()
    if not short:
        bench.writing()
        bench.growth(GROWTH)
    return bench


if __name__ == "__main__":
    sys.exit(main())
