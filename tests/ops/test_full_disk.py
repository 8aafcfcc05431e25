"""A disk that is full, for real: one clear sentence, nothing lost, and all is well when there is room again."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests.conftest import wait_until_ready

ARTICLE = "/living/the-choir-that-only-rehearses/"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 MB, where the machine lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("this machine lets us mount no small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def ask(port, method, path, fields=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    connection.request(method, path, urlencode(fields) if fields else None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_a_full_disk_gets_a_sentence_and_loses_nothing(site, small_disk, unused_port):
    data = small_disk / "data"
    shutil.copytree(site.data, data, ignore=shutil.ignore_patterns("*.lock"))
    with sqlite3.connect(data / "pennypress.sqlite3") as database:
        # An empty log: one that has grown before would still have room for a comment or two.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--data", str(data), "--port", str(unused_port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(f"http://127.0.0.1:{unused_port}", process)
        _status, page = ask(unused_port, "GET", ARTICLE)
        action = re.search(r'action="(/discussion/pages/[^"]+/comments/)"', page).group(1)
        filler = small_disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        words = "A comment while the disk is full. " * 250
        saved, status, answer = 0, 302, ""
        while status == 302 and saved < 30:
            status, answer = ask(unused_port, "POST", action, {"name": f"Ann {saved}", "text": words})
            saved += status == 302
        assert status == 507 and "no space left" in answer
        assert ask(unused_port, "GET", ARTICLE)[0] == 200  # reading goes on
        filler.unlink()
        status, _answer = ask(unused_port, "POST", action, {"name": "Ann", "text": "There is room again."})
        assert status == 302
    finally:
        process.terminate()
        process.wait(15)
    with sqlite3.connect(data / "pennypress.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # What was answered as saved is there; what was refused is not.
        counted = "SELECT count(*) FROM discussion_comment WHERE text LIKE ?"
        assert database.execute(counted, ["There is room%"]).fetchone() == (1,)
        assert database.execute(counted, ["A comment while%"]).fetchone() == (saved,)
