"""Every open stream is a connection, and every connection an open file."""

import resource


def allow_open_files() -> None:
    """Let this process have as many as the system lets it; the usual 1,024 are too few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
