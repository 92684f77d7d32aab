"""A server that speaks S3, with a bucket in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx
from moto.server import ThreadedMotoServer

from deploy.screenshots_bucket import Bucket
from tests.deploy.processes import free_port

numbers = count()


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server that is there meanwhile."""
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def new_bucket(endpoint: str, prefix: str = "in/here") -> Bucket:
    name = f"pictures{next(numbers)}"
    assert httpx.put(f"{endpoint}/{name}", trust_env=False).status_code == 200
    return Bucket(name, prefix, endpoint, "us-east-1", "key", "secret")
