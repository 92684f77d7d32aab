"""Become a server process that dies with its starter: ``leash.py STARTER SIGNAL USER COMMAND...``.

A script by itself (``python -I -S leash.py``), because it runs for an instant between the starter
and the server and must not import anything heavy. STARTER is the process id of the starter.
SIGNAL is the number of the signal that the kernel sends to the server when the starter dies, even
by ``kill -9`` (on Linux; elsewhere such a server lives on). USER is a name to change to, or ``-``.
"""

import ctypes
import os
import pwd
import sys

# From linux/prctl.h and linux/capability.h.
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def become(user: str) -> None:
    """Change from root to `user`, who still passes through the folders that only root may enter.

    PostgreSQL refuses to run as root, and our data folder is closed to everybody else. Instead of
    opening the folders above it, the server keeps the one capability that it needs to get in.
    """
    entry = pwd.getpwnam(user)
    on_linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True)
    if on_linux:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if on_linux:
        mask = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
        # effective, permitted, inheritable: first the low 32 bits of each, then the high ones
        sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
        if libc.capset(header, sets) or libc.prctl(
            PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0
        ):
            sys.exit(
                f"{user} cannot be let into the data folder: {os.strerror(ctypes.get_errno())}"
            )


def main(starter: int, signal: int, user: str, command: list[str]) -> None:
    """Turn this process into `command`; `user` may be ``-``."""
    if user != "-":
        become(user)
    if sys.platform == "linux":
        # After become(): the kernel forgets the wish when the user changes.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != starter:
        sys.exit("the starter is gone already")
    os.execv(command[0], command)  # noqa: S606 - the command is ours, and no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
