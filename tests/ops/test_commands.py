import os
import subprocess
import sys

import pytest

from pennypress.ops.data import DataDirectory, Unusable


def run(*arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    return subprocess.run(
        [sys.executable, "-m", "pennypress.ops.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def test_a_second_serve_on_the_same_directory_or_port_gets_one_sentence(site):
    same = run("serve", "--data", str(site.data), "--port", "65001")
    assert same.returncode == 1
    assert "another Pennypress already runs" in same.stderr
    assert "Traceback" not in same.stderr


def test_a_taken_port_gets_one_sentence(site, tmp_path):
    port = site.url.rpartition(":")[2]
    taken = run("serve", "--data", str(tmp_path / "d"), "--port", port)
    assert taken.returncode == 1
    assert f"port {port}" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_a_directory_that_cannot_be_made_gets_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="cannot be written"):
        DataDirectory(tmp_path / "file" / "data").make_usable()


def test_the_doctor_finds_the_demo_in_order(site):
    answer = run("doctor", "--data", str(site.data))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "the books balance" in answer.stdout


def test_every_setting_is_in_the_example():
    import re
    from pathlib import Path

    root = Path(__file__).parents[2]
    sources = (root / "src/pennypress/config/settings.py").read_text()
    named = set(re.findall(r'"(PENNYPRESS_[A-Z_]+)"', sources))
    named -= {"PENNYPRESS_ANYMAIL_"}
    example = (root / ".env.example").read_text()
    assert [name for name in sorted(named) if name not in example] == []


def test_import_says_in_one_sentence_what_is_wrong(tmp_path):
    for arguments, sentence in [
        (["wordpress", "x.xml", "--data", str(tmp_path / "nowhere")], "no newsroom"),
        (["wordpress", "x.xml", "--media", str(tmp_path / "nofolder"), "--data", str(tmp_path)], "not a folder"),
    ]:
        done = run("import", *arguments)
        assert done.returncode == 1 and sentence in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "nowhere").exists()


def children(pid):
    from pathlib import Path

    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_part_that_was_killed_is_started_again(site, part):
    import signal
    import time

    from tests.conftest import wait_until_ready

    before = children(site.process.pid)
    assert len(before) == 3
    os.kill(before[part], signal.SIGKILL)
    for _ in range(200):
        if len(now := children(site.process.pid)) == 3 and before[part] not in now:
            break
        time.sleep(0.1)
    assert before[part] not in now and len(now) == 3
    wait_until_ready(site.url, site.process)


def test_a_killed_site_leaves_nothing_behind_and_is_started_again(tmp_path, unused_port):
    """An out-of-memory killer takes the supervisor alone, and one of its parts may just be starting another process."""
    import time

    from tests.conftest import wait_until_ready

    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--empty", "--data", str(tmp_path), "--port"]
    for _start in range(2):
        process = subprocess.Popen([*command, str(unused_port)], env=environment, stdout=subprocess.DEVNULL)
        wait_until_ready(f"http://127.0.0.1:{unused_port}", process)
        parts = children(process.pid)
        assert len(parts) == 3
        process.kill()
        process.wait(10)
        until = time.monotonic() + 20
        while any(is_running(pid) for pid in parts):
            assert time.monotonic() < until
            time.sleep(0.05)


def is_running(pid):
    from pathlib import Path

    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_ending_the_site_ends_all_its_parts_and_leaves_a_sound_database(tmp_path, unused_port, number):
    import signal
    import sqlite3
    import time
    from pathlib import Path

    from tests.conftest import wait_until_ready

    environment = {k: v for k, v in os.environ.items() if not k.startswith("PENNYPRESS_")}
    command = [sys.executable, "-m", "pennypress.ops.cli", "serve", "--empty", "--data", str(tmp_path), "--port"]
    process = subprocess.Popen([*command, str(unused_port)], env=environment, stdout=subprocess.DEVNULL)
    wait_until_ready(f"http://127.0.0.1:{unused_port}", process)
    parts = [part for child in children(process.pid) for part in (child, *children(child))]
    assert len(parts) >= 3
    process.send_signal(getattr(signal, number))
    assert process.wait(15) == 0
    time.sleep(0.2)
    assert [part for part in parts if Path(f"/proc/{part}").exists()] == []
    with sqlite3.connect(tmp_path / "pennypress.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with socket_on(unused_port):
        pass  # the port is free again


def socket_on(port):
    import socket

    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", port))
    return probe


def test_the_checkout_holds_no_packages():
    """A wheel or an archive that was fetched for a moment's use once came in with a commit."""
    from pathlib import Path

    listed = subprocess.run(["git", "ls-files"], cwd=Path(__file__).parent, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout")
    assert not [name for name in listed.stdout.split() if name.endswith((".whl", ".zip", ".gz", ".sqlite3"))]
