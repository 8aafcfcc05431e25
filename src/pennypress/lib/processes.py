import ctypes
import os
import signal
import sys

# <sys/prctl.h>: send this process a signal when the thread that forked it ends.
PR_SET_PDEATHSIG = 1
# <malloc.h>: how many heaps there are; from which size on a piece is had from the system and given back to it by itself; and
# how much may lie free at a heap's end.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
# Smaller than any decoded picture, larger than most pages.
LARGE = 256 * 1024
# What rendering one page takes and frees: given back and taken again for each, it came to four hundred page faults.
FREE_AT_END = 2 * 1024 * 1024


def end_with(parent: int) -> None:
    """Have the kernel kill this forked process when `parent`, which forked it, ends, however that came about (Linux).

    To be called by the child. A write it was about has been answered or has not happened; nothing else needs an orderly end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            # It ended before the kernel was told.
            os._exit(1)


def give_memory_back() -> None:
    """Have the C library return what is not needed any more, as far as it is one that can be told (glibc). For forked ones too.

    It would give each thread a heap of its own, of which the others cannot use what is free; and, having once freed a picture of
    thirty megabytes, it would take the next ones from that heap, which then stays as large as it ever was.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is not None:
        tell(M_ARENA_MAX, 1)
        tell(M_MMAP_THRESHOLD, LARGE)
        tell(M_TRIM_THRESHOLD, FREE_AT_END)


def return_free_memory() -> None:
    """Have the C library return what lies free among what is in use, which takes it a fraction of a millisecond (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
