"""A provider of sign-ins of our own (OpenID Connect): `python -m tests.servers.fake_oidc --port 8092`.

A real little provider: discovery, codes with PKCE, signed ID tokens, userinfo, keys that rotate, logout tokens. Everything about
its tokens can be made wrong: `changes` for claims, `header`, `sign`. By hand it asks who you are; in tests `person` goes in
without asking.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any, Literal
from urllib.parse import unquote_plus, urlencode

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.servers.fake_http import Answered, Asked, FakeHttp, as_json, as_page

CLIENT = ("matinee", "a secret & more: %")
REALM = "/realms/home"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"sub": "u-ada", "preferred_username": "ada", "email": "ada@mail.example", "groups": ["film", "admins"]},
    "ben": {"sub": "u-ben", "preferred_username": "ben", "email": "ben@mail.example", "groups": ["film"]},
}
Signing = Literal["right", "stranger", "none", "hmac", "unpublished"]


@dataclass
class Code:
    """A code that was given out, and what it is bound to."""

    person: str
    asked: dict[str, str]
    sid: str


@dataclass
class FakeOidc(FakeHttp):
    """`now` is the provider's clock. `metadata` overrides what discovery says, None takes an entry out."""

    port: int = 0
    now: Callable[[], float] = time.time
    person: str | None = None
    kind: str = "RS256"
    changes: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: Signing = "right"
    in_token: bool = True
    """Whether the ID token has the person's claims; else userinfo has them."""

    def __post_init__(self) -> None:
        FakeHttp.__init__(self, self.port)
        self.people = {name: dict(claims) for name, claims in PEOPLE.items()}
        self.codes: dict[str, Code] = {}
        self.access: dict[str, str] = {}
        self.kid = "k1"

    @property
    def issuer(self) -> str:
        """What the setting names."""
        return self.url + REALM

    def setting(self, **more: Any) -> str:
        """`MATINEE_OIDC` with this provider."""
        one = {"id": "home", "label": "Home", "issuer": self.issuer, "client_id": CLIENT[0], "client_secret": CLIENT[1], **more}
        return json.dumps([one])

    def rotate(self) -> None:
        """Another key from now on; the old one is no longer published."""
        self.kid = f"k{int(self.kid[1:]) + 1}"

    def logout_token(self, sub: str | None = None, sid: str | None = None, **changes: Any) -> str:
        """A word about the end of a sign-in; `changes` of None take claims out."""
        at = int(self.now())
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": CLIENT[0], "iat": at, "exp": at + 120, "jti": secrets.token_hex(8), "events": {EVENT: {}},
        }  # fmt: skip
        claims |= {name: value for name, value in (("sub", sub), ("sid", sid)) if value is not None}
        return self._signed({"typ": "logout+jwt"}, claims | changes)

    def answer(self, asked: Asked) -> Answered:
        match asked.path.removeprefix(REALM):
            case "/.well-known/openid-configuration":
                return as_json(self._metadata())
            case "/authorize":
                return self._authorize(asked.query)
            case "/token":
                return self._token(asked)
            case "/keys":
                return as_json({"keys": [self._public(), {"kty": "lattice", "kid": "later"}]})
            case "/userinfo":
                person = self.access.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
                return as_json(self.people[person]) if person else as_json({"error": "invalid_token"}, 401)
            case "/bye":
                return Answered(303, headers={"Location": asked.query.get("post_logout_redirect_uri", "/")})
        return as_json({"error": "not_found"}, 404)

    def _metadata(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/bye",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        } | self.metadata
        return {name: value for name, value in told.items() if value is not None}

    def _authorize(self, query: Any) -> Answered:
        chosen = query.get("person") or self.person
        if chosen is None:
            links = "".join(f'<li><a href="?{escape(urlencode({**query, "person": one}))}">{one}</a></li>' for one in self.people)
            return as_page(f"<!doctype html><title>Fake provider</title><h1>Who are you?</h1><ul>{links}</ul>")
        if query.get("client_id") != CLIENT[0] or query.get("response_type") != "code":
            return as_page("<h1>Unknown application</h1>", 400)
        back = {"state": query["state"], "iss": self.issuer, "session_state": "of no interest"}
        if chosen == "nobody":
            return _redirect(query["redirect_uri"], {**back, "error": "access_denied"})
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(chosen, dict(query), f"sid-{secrets.token_hex(6)}")
        return _redirect(query["redirect_uri"], {**back, "code": code})

    def _token(self, asked: Asked) -> Answered:
        form = asked.form
        if not _is_client(asked, form):
            return as_json({"error": "invalid_client"}, 401)
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or form.get("redirect_uri") != code.asked["redirect_uri"]:
            return as_json({"error": "invalid_grant", "error_description": "secret words"}, 400)
        challenge = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if challenge != code.asked.get("code_challenge"):
            return as_json({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(16)
        self.access[access] = code.person
        return as_json(
            {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(code, access)}
        )

    def _id_token(self, code: Code, access: str) -> str:
        at = int(self.now())
        person = self.people[code.person] if self.in_token else {"sub": self.people[code.person]["sub"]}
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer, "aud": CLIENT[0], "iat": at, "exp": at + 300, "nonce": code.asked.get("nonce"), "sid": code.sid,
            "at_hash": urlsafe_b64encode(half).rstrip(b"=").decode(), **person,
        }  # fmt: skip
        if self.kind == "EdDSA":
            del claims["at_hash"]
        return self._signed({}, claims | self.changes)

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        body = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
        head = {"alg": self.kind, "kid": self.kid, **header, **self.header}
        head = {name: value for name, value in head.items() if value is not None}
        if self.sign in {"none", "hmac"}:
            head["alg"] = "none" if self.sign == "none" else "HS256"
            signed = f"{_base64(json.dumps(head).encode())}.{_base64(body)}"
            secret = json.dumps(self._public()).encode()
            mac = b"" if self.sign == "none" else hmac.new(secret, signed.encode(), "sha256").digest()
            return f"{signed}.{_base64(mac)}"
        key = _key(self.kind, "stranger" if self.sign != "right" else self.kid)
        if self.sign == "unpublished":
            head["kid"] = "stranger"
        signed = f"{_base64(json.dumps(head).encode())}.{_base64(body)}"
        return f"{signed}.{_base64(JWSRegistry.algorithms[self.kind].sign(signed.encode(), key))}"

    def _public(self) -> dict[str, Any]:
        public = dict(_key(self.kind, self.kid).as_dict(private=False))
        return {**public, "kid": self.kid, "use": "sig", "alg": self.kind}


@cache
def _key(kind: str, kid: str) -> RSAKey | ECKey | OKPKey:
    """The same for the whole run: making one takes a while."""
    if kind == "EdDSA":
        return OKPKey.generate_key("Ed25519")
    return ECKey.generate_key("P-256") if kind == "ES256" else RSAKey.generate_key(2048)


def _is_client(asked: Asked, form: dict[str, str]) -> bool:
    scheme, _, pair = asked.headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = b64decode(pair).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == CLIENT
    return (form.get("client_id"), form.get("client_secret")) == CLIENT


def _redirect(to: str, parameters: dict[str, str]) -> Answered:
    return Answered(303, headers={"Location": f"{to}{'&' if '?' in to else '?'}{urlencode(parameters)}"})


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def main() -> None:
    """Run alone until interrupted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    with FakeOidc(options.parse_args().port) as fake:
        setting = fake.setting(sign_up=True, role_claim="groups", admin_values=["admins"])
        sys.stdout.write(json.dumps({"MATINEE_OIDC": setting}) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
