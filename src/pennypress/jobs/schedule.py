"""Recurring tasks: `@every(minutes=1)` above `@task()` in an app's tasks.py."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.module_loading import autodiscover_modules

_recurring: dict[Any, timedelta] = {}


def every(*, minutes: int) -> Callable[[Any], Any]:
    """Run the task each so many minutes, from when the first worker starts."""

    def register(task: Any) -> Any:
        _recurring[task] = timedelta(minutes=minutes)
        return task

    return register


def recurring() -> dict[Any, timedelta]:
    """All recurring tasks of the installed apps with their intervals."""
    autodiscover_modules("tasks")
    return dict(_recurring)
