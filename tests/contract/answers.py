"""What every refusal looks like, whatever was refused."""

import httpx

GUARDS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


def assert_refused(answer: httpx.Response, status: int) -> None:
    """It has this status, and is JSON with a sentence, and sentences by field where it has any."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    content = answer.json()
    assert isinstance(content["detail"], str)
    assert content["detail"].endswith(".")
    for sentences in content.get("fields", {}).values():
        assert sentences
        assert all(isinstance(sentence, str) for sentence in sentences)
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    if status == 405:
        assert answer.headers["Allow"]
