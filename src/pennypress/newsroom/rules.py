from collections.abc import Callable

_locks: list[Callable[[], bool]] = []


def lock_currency_when(check: Callable[[], bool]) -> None:
    """A room above says when amounts are kept in the present currency, so that it can no longer be changed."""
    _locks.append(check)


def currency_is_locked() -> bool:
    return any(check() for check in _locks)
