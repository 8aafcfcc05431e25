"""What we measure ourselves against in the same run: nginx with the same bytes as a file, and Isso."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ISSO = "isso==0.14.0"

NGINX = """
worker_processes 2; pid {folder}/pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100; gzip_static on;
  types {{ text/html html; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/html; }}
}}
"""
ISSO_CONFIGURATION = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[moderation]
enabled = false
[guard]
enabled = false
[server]
listen = http://127.0.0.1:{port}
[hash]
algorithm = sha1
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def nginx(folder: Path, page: bytes, compressed: bytes) -> Iterator[str]:
    """The address of the page as a static file, sent compressed as it lies there."""
    port = free_port()
    (folder / "html").mkdir(parents=True)
    (folder / "html" / "page.html").write_bytes(page)
    (folder / "html" / "page.html.gz").write_bytes(compressed)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    folder.chmod(0o755)
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with running([program, "-c", str(configuration), "-p", str(folder)], f"http://127.0.0.1:{port}/page.html"):
        yield f"http://127.0.0.1:{port}/page.html"


@contextmanager
def isso(folder: Path) -> Iterator[str]:
    """The address of a fresh Isso, in an environment of its own, one process as it comes."""
    environment = folder.parent / "isso-venv"
    if not (environment / "bin" / "isso").exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", ISSO, "setuptools<81"]
        subprocess.run(pip, check=True)
    folder.mkdir(parents=True)
    port = free_port()
    configuration = folder / "isso.cfg"
    configuration.write_text(ISSO_CONFIGURATION.format(folder=folder, port=port))
    command = [str(environment / "bin" / "isso"), "-c", str(configuration), "run"]
    with running(command, f"http://127.0.0.1:{port}/js/embed.min.js"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], address: str, folder: Path | None = None) -> Iterator[None]:
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=folder
    ) as process:
        try:
            until = time.monotonic() + 20
            while not answers(address):
                if time.monotonic() > until or process.poll() is not None:
                    raise RuntimeError(f"{command[0]} did not start")
                time.sleep(0.05)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False
