import subprocess
import sys

import pytest

# A process that decodes eight large pictures in four threads, and says how many kB it has then; what is kept of each is small.
PICTURES = """
import io, re, sys
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from pennypress.lib.processes import give_memory_back

if sys.argv[1] == "told":
    give_memory_back()
file = io.BytesIO()
Image.effect_noise((3000, 2000), 80).convert("RGB").save(file, "JPEG")
kept = []

def resize(number):
    picture = Image.open(io.BytesIO(file.getvalue()))
    for width in (400, 800, 1600):
        picture.resize((width, width * 2 // 3)).save(io.BytesIO(), "WEBP")
        kept.append(bytes([number]) * 3000)

with ThreadPoolExecutor(4) as threads:
    list(threads.map(resize, range(8)))
print(re.search(r"Anonymous: *(\\d+)", open("/proc/self/smaps_rollup").read())[1])
"""


def held(how: str) -> int:
    said = subprocess.run([sys.executable, "-c", PICTURES, how], capture_output=True, text=True, check=True)
    return int(said.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_pictures_leave_no_memory_behind():
    assert held("told") < 0.6 * held("untold")


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_what_lies_free_among_what_is_in_use_is_returned():
    code = """
from pathlib import Path
from pennypress.lib.processes import give_memory_back, return_free_memory
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4
give_memory_back()
blocks = [bytes(100_000) for _ in range(400)]
kept = blocks[::20] + [bytes(1_000) for _ in range(100)]
del blocks
before = held()
return_free_memory()
print(before - held())
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(said.stdout) > 20_000
