"""The data directory: all state of a site, one folder to back up."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class Unusable(Exception):
    """Something about the surroundings stops the command; the message is one clear sentence."""


@dataclass(frozen=True)
class DataDirectory:
    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path.expanduser().resolve())

    @property
    def first_editor(self) -> Path:
        """Address and generated password of the first editor, until the operator deletes it."""
        return self.path / "first-editor.json"

    @property
    def stamp(self) -> Path:
        """Says which version of the program last prepared the directory."""
        return self.path / "prepared"

    def make_usable(self) -> None:
        """Make the directory and its secret. Raises Unusable where it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".write-test-{os.getpid()}"
            probe.write_text("x")
            probe.unlink()
            self._make_secret()
        except OSError as error:
            raise Unusable(f"the data directory {self.path} cannot be written ({error.strerror}).") from None

    def _make_secret(self) -> None:
        try:
            descriptor = os.open(self.path / "secret.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))

    def keep_push_key(self, key: bytes) -> None:
        """Keep the key by which push services know this site, unless there is one: browsers that know it know no other."""
        try:
            descriptor = os.open(self.path / "push.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for one `serve`; the kernel lets go of it when the process ends, however it ends."""
        with open(self.path / "serve.lock", "a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                holder = file.read().strip()
                where = f" (process {holder})" if holder else ""
                raise Unusable(f"another Pennypress already runs on {self.path}{where}.") from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def remember_first_editor(self, email: str, password: str) -> None:
        descriptor = os.open(self.first_editor, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"email": email, "password": password}, file)

    def recall_first_editor(self) -> dict[str, str] | None:
        try:
            return json.loads(self.first_editor.read_text())
        except FileNotFoundError:
            return None
