"""A task that takes its time, for a worker of its own process."""

import time
from pathlib import Path

from django.tasks import task


@task()
def write_slowly(path: str) -> None:
    with open(path, "a") as file:
        file.write("begun\n")
    if Path(path).read_text().count("begun") == 1:
        time.sleep(60)
    with open(path, "a") as file:
        file.write("done\n")
