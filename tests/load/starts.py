"""How long starts take and what an idle site holds in memory. Run: `.venv/bin/python tests/load/starts.py [times]`.

Prints, for each start: seconds until the address answers at all, until its first real page, seconds to stop, and the
memory of all processes (PSS, which counts shared pages once) after 300 page views. Linux only.
"""

import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

PENNYPRESS = Path(sys.executable).with_name("pennypress")
VIEWS = 300
SETTLES = 3
PATIENCE_SECONDS = 120


def measure(data: str, *options: str) -> tuple[float, float, float, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    begun = time.monotonic()
    site = subprocess.Popen(
        [PENNYPRESS, "serve", "--data", data, "--port", str(port), *options], stdout=subprocess.DEVNULL
    )
    any_answer = page = 0.0
    while not page and time.monotonic() - begun < PATIENCE_SECONDS:
        try:
            with urlopen(address, timeout=10):
                page = time.monotonic() - begun
        except HTTPError:
            any_answer = any_answer or time.monotonic() - begun
        except OSError:
            pass
        time.sleep(0.01)
    # The first jobs of a new site change what its pages show; a later start serves what the last readers saw.
    time.sleep(SETTLES)
    for _ in range(VIEWS):
        urlopen(address, timeout=10).read()
    memory = sum(pss(number) for number in processes(site.pid))
    begun = time.monotonic()
    site.send_signal(signal.SIGTERM)
    site.wait()
    return any_answer or page, page, time.monotonic() - begun, memory


def processes(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *(number for child in children for number in processes(int(child)))]


def pss(number: int) -> int:
    lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024


def main(times: int) -> None:
    rows: dict[str, list[tuple[float, float, float, int]]] = {}
    for _ in range(times):
        for name, options in (("empty", ["--empty"]), ("demo", [])):
            with tempfile.TemporaryDirectory() as data:
                rows.setdefault(f"{name}, first start", []).append(measure(data, *options))
                rows.setdefault(f"{name}, later start", []).append(measure(data, *options))
    print(f"medians of {times}        any answer   first page   stopping   memory")
    for name, measured in rows.items():
        answer, page, stop, memory = (statistics.median(column) for column in zip(*measured, strict=True))
        print(f"{name:22} {answer:8.2f} s {page:10.2f} s {stop:8.2f} s {memory:6.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
