"""Lighthouse (mobile, its own defaults) on the demo's article with 200 comments.

Run: `.venv/bin/python tests/load/lighthouse.py [URL]`. Needs Node and Chromium, and takes Lighthouse from npm. Without a URL
it starts the demo by itself. Prints the median scores of three runs and what the last of them would mend; ends with 1 where a
score is below 100. A busy or slow machine lowers the first score: run it alone, and look at the machine's own mark (Lighthouse's
benchmark index), which is printed with each run; Lighthouse slows any machine down to a quarter, and takes it for one of 1,500 and more.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

LIGHTHOUSE = "lighthouse@13.5.0"
ARTICLE = "/town/the-ferry-will-run-until-midnight-after-all/"
RUNS = 3
# Now and then Chromium loses the beginning of its trace (NO_NAVSTART): Lighthouse then says nothing, and asks to be run again.
TRIES = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def audit(url: str) -> dict:
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", "--output-path=stdout"]
    for _ in range(TRIES):
        done = subprocess.run(
            [*command, f"--chrome-flags={FLAGS}"], env=environment, stdout=subprocess.PIPE, check=False
        )
        if done.returncode == 0:
            return json.loads(done.stdout)
    raise RuntimeError(f"Lighthouse did not come to its end in {TRIES} tries")


def report(url: str) -> int:
    results = [audit(url) for _ in range(RUNS)]
    low = False
    for name in ("performance", "accessibility", "best-practices", "seo"):
        scores = [round(result["categories"][name]["score"] * 100) for result in results]
        low |= statistics.median(scores) < 100
        print(f"{name:15} {statistics.median(scores):.0f}   runs {scores}")
    print(f"machine's mark  {[round(result['environment']['benchmarkIndex']) for result in results]}")
    audits = results[-1]["audits"]
    for name in ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "total-byte-weight"):
        print(f"{name:28} {audits[name]['displayValue']}")
    for name, each in audits.items():
        if (
            each.get("score") is not None
            and each["score"] < 0.9
            and each["scoreDisplayMode"] in {"binary", "numeric", "metricSavings"}
        ):
            print(f"to mend: {name}: {each['title']} {each.get('displayValue', '')}")
            for item in each.get("details", {}).get("items", [])[:5]:
                print("   ", json.dumps(item)[:300])
    return int(low)


def main() -> int:
    if len(sys.argv) > 1:
        return report(sys.argv[1])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix="pennypress-lighthouse-"))
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        while process.poll() is None:
            try:
                if urlopen(url + "/readyz", timeout=2).status == 200:
                    break
            except OSError:
                time.sleep(0.5)
        return report(url + ARTICLE)
    finally:
        process.terminate()
        process.wait(15)
        shutil.rmtree(data)


if __name__ == "__main__":
    sys.exit(main())
