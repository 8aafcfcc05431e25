"""Starts the stand-in as a process of its own and pulls its levers, from a test."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

KEY = "sk_test_forTestsOnly"


class StripeServer:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stripe_server", "--port", "0"],
            cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def pull(self, lever: str, **wish: Any) -> dict[str, Any]:
        request = Request(f"{self.url}/_/{lever}", data=json.dumps(wish).encode())
        with urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Newest first."""
        return self.pull("all", kind=kind)["data"]

    def settle(self, seconds: float = 15) -> list[dict[str, Any]]:
        """Wait until no event is on its way; returns the log of deliveries."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.pull("idle")
            if state["idle"]:
                return state["log"]
            time.sleep(0.02)
        raise AssertionError("Events are still on their way.")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()
