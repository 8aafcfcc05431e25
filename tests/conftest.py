import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest

# Before Django reads its settings: tests keep their state to themselves.
if "PENNYPRESS_DATA" not in os.environ:
    os.environ["PENNYPRESS_DATA"] = tempfile.mkdtemp(prefix="pennypress-test-")
os.environ.setdefault("PENNYPRESS_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's own loop runs in the tests' thread


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """The tests' SQLite begins from fresh.sql as a site's does, which saves each run its two hundred migrations.

    That the file is what the migrations make is a test of its own.
    """
    from django.db import connection

    from pennypress.ops.fresh import FRESH

    if connection.vendor != "sqlite":
        return
    creation = connection.creation
    make_empty = creation._create_test_db

    def make(*args, **kwargs):
        import sqlite3

        name = make_empty(*args, **kwargs)
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(name)) as database:
            database.executescript("PRAGMA foreign_keys = OFF;" + FRESH.read_text(encoding="utf-8"))
        return name

    creation._create_test_db = make


@pytest.fixture(autouse=True)
def _settings(settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ALLOWED_HOSTS = ["*"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


@pytest.fixture
def newsroom(db):
    """A founded newsroom with its front page; entered, as in a request."""
    from django.core.cache import cache

    from pennypress.delivery.ready.kept import forget
    from pennypress.newsroom.actions import entered, found_newsroom
    from pennypress.publishing.actions import prepare_site

    # Wagtail keeps the sites' root paths in one, pages what they share in the other; the database before was another.
    cache.clear()
    forget()
    site = prepare_site(title="The Ferry Post")
    room = found_newsroom(
        site=site, name="The Ferry Post", language="en", time_zone="Europe/Berlin", currency="EUR", tagline="News"
    )
    with entered(room):
        yield room


@pytest.fixture
def work_off():
    """Do the jobs that are due, as the worker would."""
    from pennypress.jobs.worker import work_off as run

    return run


@pytest.fixture(scope="session")
def site() -> Iterator[SimpleNamespace]:
    """The demo newsroom, really served: web server, worker and schedule as `bin/serve` starts them."""
    data = Path(tempfile.mkdtemp(prefix="pennypress-site-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    arguments = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--data", str(data), "--port", str(port)]
    log = open(data.with_suffix(".log"), "w+")
    process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process)
        yield SimpleNamespace(url=url, data=data, process=process)
    finally:
        process.terminate()
        process.wait(15)
        log.close()
        shutil.rmtree(data)
        data.with_suffix(".log").unlink()


def wait_until_ready(url: str, process: subprocess.Popen, seconds: int = 180) -> None:
    import time

    for _ in range(seconds * 5):
        if process.poll() is not None:
            raise RuntimeError("The site ended while starting.")
        try:
            with urlopen(url + "/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("The site did not become ready.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return {**browser_type_launch_args, **({"executable_path": chromium} if chromium else {}), "args": arguments}


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
