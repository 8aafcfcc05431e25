"""Run a command with a throw-away PostgreSQL cluster on a free port of 127.0.0.1: `postgresql.py BIN COMMAND …`."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile


def main(binaries: str, *command: str) -> int:
    folder = tempfile.mkdtemp(prefix="pennypress-pg-")
    # PostgreSQL refuses to run as root.
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = f"{folder}/cluster"
    run = [
        *as_user,
        f"{binaries}/initdb",
        "-D",
        cluster,
        "-U",
        "pennypress",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    control = [*as_user, f"{binaries}/pg_ctl", "-D", cluster, "-w", "-l", f"{folder}/log"]
    subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        url = f"postgresql://pennypress@127.0.0.1:{port}/postgres"
        return subprocess.run(command, env={**os.environ, "PENNYPRESS_DATABASE_URL": url}).returncode
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
