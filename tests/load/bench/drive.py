"""wrk as a ruler: requests a second and how long they took."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONCURRENCY = 16
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}

# Each request from another network and of another guest, so that limits meant for one do not stop the bench.
NETWORKS = """
local n = 0
math.randomseed(os.time() + math.floor(os.clock() * 1e6))
function network() return string.format("10.%d.%d.%d", math.random(0,255), math.random(0,255), math.random(0,255)) end
"""
# Known guests in turn, each time with other words: who says what was said before waits for a moderator.
POST = (
    NETWORKS
    + """
local guests = {GUESTS}
local turn = math.random(#guests)
request = function()
  turn = turn % #guests + 1
  local words = {}
  for i = 1, 14 do words[i] = string.format("w%x", math.random(1, 1e6)) end
  local headers = {["Content-Type"]="application/x-www-form-urlencoded", ["X-Forwarded-For"]=network()}
  headers["Cookie"] = "pp_guest=" .. guests[turn]
  return wrk.format("POST", wrk.path, headers, "name=Ann&text=" .. table.concat(words, "+"))
end
"""
)
VOTE = (
    NETWORKS
    + """
local comments = {COMMENTS}
request = function()
  local path = "/discussion/comments/" .. comments[math.random(#comments)] .. "/vote/"
  return wrk.format("POST", path, {["Content-Type"]="application/x-www-form-urlencoded", ["X-Forwarded-For"]=network()}, "vote=up")
end
"""
)
# With the thread's title: without one Isso would fetch the page it stands on, which is nowhere here.
ISSO_POST = """
local n = 0
request = function()
  n = n + 1
  return wrk.format("POST", wrk.path, {["Content-Type"]="application/json"},
    '{"text": "A comment of an ordinary length number ' .. n .. '", "author": "Ann", "parent": null, "title": "Story"}')
end
"""


@dataclass(frozen=True)
class Figure:
    """`failed` counts answers that were not 2xx or 3xx, and broken connections."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def wrk(
    url: str, seconds: float, *, headers: dict[str, str] | None = None, script: str = "", connections: int = CONCURRENCY
) -> Figure:
    """Ask `url` over and over. Raises CalledProcessError where wrk itself fails."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "10s"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    with tempfile.TemporaryDirectory() as folder:
        if script:
            file = Path(folder) / "script.lua"
            file.write_text(script)
            command += ["-s", str(file)]
        said = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    return figure_of(said)


def figure_of(said: str) -> Figure:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None, said
    failed = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", said))
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    failed += sum(int(n) for n in errors.groups()) if errors else 0
    return Figure(float(rate[1]), latency(said, "50%"), latency(said, "99%"), failed)


def latency(said: str, share: str) -> float:
    """Milliseconds within which this share of the answers came."""
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found is not None, said
    return float(found[1]) * UNITS[found[2]]
