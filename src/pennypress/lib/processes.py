import ctypes
import os
import signal
import sys

# <sys/prctl.h>: send this process a signal when the thread that forked it ends.
PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Have the kernel kill this forked process when `parent`, which forked it, ends, however that came about (Linux).

    To be called by the child. A write it was about has been answered or has not happened; nothing else needs an orderly end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            # It ended before the kernel was told.
            os._exit(1)
