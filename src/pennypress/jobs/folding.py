"""Tasks that are done together: `@folds` above `@task()` of one that takes any number of like arguments.

Jobs of it that are due at the same time are taken, done and settled as one, with the arguments of them all: in a burst that is
one turn of writing for many. Such a task is safe to be done again, as a whole.
"""

from typing import Any

# So many fit into a lease many times over.
TOGETHER = 50

_folding: set[str] = set()


def folds(task: Any) -> Any:
    _folding.add(task.module_path)
    return task


def is_folded(path: str) -> bool:
    return path in _folding
