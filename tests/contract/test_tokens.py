"""Only a token that is whole, in time and signed by a key of ours opens a door."""

import base64
import hmac
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm

from command_api.accounts.tokens import SigningKey
from deploy.signing_keys import load_or_create
from tests.contract.answers import assert_refused
from tests.journeys.copies import Copy
from tests.journeys.players import Player


class Forger:
    """Knows a real token and, so that only one thing is wrong at a time, the real key."""

    def __init__(self, key: SigningKey, token: str) -> None:
        self.key = key
        self.token = token
        self.header = jwt.get_unverified_header(token)
        self.claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})

    def claiming(self, **claims: Any) -> str:
        return self.signed({**self.claims, **claims}, self.header)

    def without(self, claim: str) -> str:
        return self.signed({k: v for k, v in self.claims.items() if k != claim}, self.header)

    def headed(self, **header: Any) -> str:
        return self.signed(self.claims, {**self.header, **header})

    def signed(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key.private_key, "EdDSA", header)

    def by_hand(self, header: bytes | dict[str, Any], secret: bytes | None = None) -> str:
        """Put together without a library, which would refuse; without signature or with HMAC."""
        head = header if isinstance(header, bytes) else msgspec.json.encode(header)
        signed = f"{encoded(head)}.{encoded(msgspec.json.encode(self.claims))}"
        signature = hmac.digest(secret, signed.encode(), "sha256") if secret else b""
        return f"{signed}.{encoded(signature)}"

    def by_hand_signed(self, header: dict[str, Any], key: Ed25519PrivateKey | None = None) -> str:
        """Put together without a library, with a good signature."""
        head = encoded(msgspec.json.encode(header))
        signed = f"{head}.{encoded(msgspec.json.encode(self.claims))}"
        return f"{signed}.{encoded((key or self.key.private_key).sign(signed.encode()))}"

    def public(self, encoding: Encoding, form: PublicFormat) -> bytes:
        return self.key.private_key.public_key().public_bytes(encoding, form)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def hmac_with_public_key(forger: Forger, encoding: Encoding, form: PublicFormat) -> str:
    return forger.by_hand({**forger.header, "alg": "HS256"}, forger.public(encoding, form))


def signed_by_a_stranger(forger: Forger, **header: Any) -> str:
    """With the public key that proves the signature, as some libraries would believe."""
    key = Ed25519PrivateKey.generate()
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return forger.by_hand_signed({**forger.header, "jwk": public, **header}, key)


FORGED: dict[str, Callable[[Forger], str]] = {
    "no algorithm": lambda f: f.by_hand({**f.header, "alg": "none"}),
    "no algorithm in capitals": lambda f: f.by_hand({**f.header, "alg": "NONE"}),
    "HMAC with the public key": lambda f: hmac_with_public_key(
        f, Encoding.Raw, PublicFormat.Raw
    ),
    "HMAC with the public key as PEM": lambda f: hmac_with_public_key(
        f, Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ),
    "another key": lambda f: jwt.encode(
        f.claims, Ed25519PrivateKey.generate(), "EdDSA", f.header
    ),
    "another kid": lambda f: f.headed(kid="another"),
    "a path as kid": lambda f: f.headed(kid="../../etc/passwd"),
    "a list as kid": lambda f: f.by_hand({**f.header, "kid": ["x"]}),
    "a list as algorithm": lambda f: f.by_hand({**f.header, "alg": ["EdDSA"]}),
    "crit": lambda f: f.headed(crit=["x"]),
    "an empty crit": lambda f: f.headed(crit=[]),
    "another typ": lambda f: f.headed(typ="JWT"),
    "no typ": lambda f: f.by_hand_signed({k: v for k, v in f.header.items() if k != "typ"}),
    "no kid": lambda f: f.by_hand_signed({k: v for k, v in f.header.items() if k != "kid"}),
    "Ed448 as algorithm": lambda f: f.by_hand_signed({**f.header, "alg": "Ed448"}),
    "ES256 as algorithm": lambda f: f.by_hand_signed({**f.header, "alg": "ES256"}),
    "no algorithm but a signature": lambda f: f.by_hand_signed({**f.header, "alg": "none"}),
    "a key of one's own as jwk": signed_by_a_stranger,
    "a key of one's own as jwk, without kid": lambda f: signed_by_a_stranger(f, kid=""),
    "expired": lambda f: f.claiming(exp=int(time.time()) - 32),
    "exp before 1970": lambda f: f.claiming(exp=-1),
    "exp in words": lambda f: f.claiming(exp="never"),
    "not yet valid": lambda f: f.claiming(nbf=int(time.time()) + 40),
    "issued in the future": lambda f: f.claiming(iat=int(time.time()) + 40),
    "another audience": lambda f: f.claiming(aud="another"),
    "another issuer": lambda f: f.claiming(iss="another"),
    "no uuid as sub": lambda f: f.claiming(sub="x"),
    "no uuid as sid": lambda f: f.claiming(sid="x"),
    **{f"without {c}": lambda f, c=c: f.without(c) for c in  # type: ignore[misc]
       ("iss", "aud", "sub", "sid", "jti", "iat", "exp")},
    "a longer signature": lambda f: f"{f.token}AA",
    "a deep header": lambda f: f.by_hand(b'{"kid":' + b"[" * 3000 + b"]" * 3000 + b"}"),
    "5,000 digits in the header": lambda f: f.by_hand(b'{"kid":' + b"9" * 5000 + b"}"),
    "bad UTF-8 in the header": lambda f: f.by_hand(b"\xff\xff"),
    "a list as header": lambda f: f.by_hand(b"[1]"),
    "null as header": lambda f: f.by_hand(b"null"),
    "dots": lambda _: "...",
    "four dots": lambda _: "a.b.c.d.e",
    "a word": lambda _: "token",
}  # fmt: skip
PATHS = ["/api/matches/", "/api/stats/summary/", "/api/auth/me/", "/api/auth/sessions/"]


@pytest.fixture(scope="session")
def forger(copy: Copy, owner: Player) -> Forger:
    return Forger(load_or_create(copy.folder / "keys")[0], owner.tokens["access"])


def authorized(anyone: httpx.Client, path: str, authorization: str) -> httpx.Response:
    return anyone.request("GET", path, headers={"Authorization": authorization})


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_opens_nothing(
    anyone: httpx.Client, forger: Forger, forge: Callable[[Forger], str]
) -> None:
    token = forge(forger)
    for path in ("/api/matches/", "/api/auth/me/"):
        assert_refused(authorized(anyone, path, f"Bearer {token}"), 401)


def test_only_the_thing_that_is_wrong_is_refused(anyone: httpx.Client, forger: Forger) -> None:
    for token in (forger.claiming(), forger.by_hand_signed(forger.header)):
        assert authorized(anyone, "/api/auth/me/", f"Bearer {token}").status_code == 200


def test_keys_that_a_token_brings_or_names_are_not_looked_at(
    anyone: httpx.Client, forger: Forger
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/keys.json"
        stranger = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate().public_key(), as_dict=True)
        for brought in ({"jku": address}, {"x5u": address}, {"jwk": stranger}, {"x5c": ["x"]}):
            token = forger.headed(**brought)
            assert authorized(anyone, "/api/auth/me/", f"Bearer {token}").status_code == 200
            forged = jwt.encode(
                forger.claims, Ed25519PrivateKey.generate(), "EdDSA", {**forger.header, **brought}
            )
            assert_refused(authorized(anyone, "/api/auth/me/", f"Bearer {forged}"), 401)
        trap.settimeout(0)
        with pytest.raises(BlockingIOError):  # nobody came for the keys
            trap.accept()


def test_a_clock_may_be_half_a_minute_late(anyone: httpx.Client, forger: Forger) -> None:
    token = forger.claiming(exp=int(time.time()) - 10)
    assert authorized(anyone, "/api/auth/me/", f"Bearer {token}").status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["", "Bearer", "Basic {}", "{}", "Bearer {},x", "Bearer {} x"])
def test_a_token_that_is_not_borne_is_none(
    anyone: httpx.Client, owner: Player, path: str, scheme: str
) -> None:
    authorization = scheme.format(owner.tokens["access"])
    assert_refused(authorized(anyone, path, authorization), 401)


def test_a_refresh_token_is_no_access_token(anyone: httpx.Client, owner: Player) -> None:
    assert_refused(authorized(anyone, "/api/matches/", f"Bearer {owner.tokens['refresh']}"), 401)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/matches/?limit=x"),
        ("GET", "/api/matches/x/history/?version=x"),
        ("GET", "/api/matches/x/screenshot/"),
        ("POST", "/api/matches/"),
        ("PUT", "/api/matches/x/"),
        ("PATCH", "/api/matches/x/"),
        ("DELETE", "/api/matches/x/"),
        ("POST", "/api/matches/x/restore/"),
        ("POST", "/api/matches/x/extraction/"),
        ("POST", "/api/auth/logout/"),
        ("POST", "/api/auth/password/"),
        ("POST", "/api/auth/verify/request/"),
        ("DELETE", "/api/auth/sessions/x/"),
    ],
)
def test_who_one_is_comes_before_what_one_says(
    anyone: httpx.Client, method: str, path: str
) -> None:
    assert_refused(anyone.request(method, path, content=b"{"), 401)
