"""Multipart forms written by hand, so that they can be wrong."""

BOUNDARY = "BOUND"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()


def part(name: str, content: bytes, headers: str = "", filename: str | None = None) -> bytes:
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n{headers}\r\n"
    return head.encode() + content + b"\r\n"


def score() -> bytes:
    """A score, with which an upload is answered without waiting for its reading."""
    return part("score_user", b"1") + part("score_opponent", b"0")


def upload(picture: bytes, *more: bytes) -> bytes:
    """A form that is taken, and `more` parts in it."""
    parts = (part("screenshot", picture, filename="match.png"), part("opponent_name", b"Yassine"))
    return b"".join((*parts, score(), *more)) + END
