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
