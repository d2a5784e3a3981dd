"""Bearer tokens: signed words that say who logged in, with which password, and until when (JWT, HS256)."""

from __future__ import annotations

import time
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.errors import DomainError

ALGORITHM = "HS256"
ISSUER = "mingqian"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a valid token says: `serial` is the account's password when it was given."""

    staff: str
    serial: int


class Tokens:
    """Gives and reads tokens under one key of 32 bytes; `lifetime` in seconds.

    Tokens live by the machine's clock, also where a demonstration lets the ledger's clock run ahead.
    """

    def __init__(self, key: bytes, lifetime: int) -> None:
        self._key = OctKey.import_key(key)
        self.lifetime = lifetime
        self._rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            sub={"essential": True},
            serial={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

    def give(self, claim: Claim) -> str:
        """A token for somebody who has just shown their password."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": claim.staff,
            "serial": claim.serial,
            "iat": now,
            "exp": now + self.lifetime,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def read(self, token: str) -> Claim:
        """What a token says; raises "login-required" for one that is not ours, was changed or has ended."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._rules.validate(claims)
            staff, serial = claims["sub"], claims["serial"]
        except (JoseError, ValueError, TypeError, KeyError):
            raise login_required() from None
        if not isinstance(staff, str) or not isinstance(serial, int):
            raise login_required()
        return Claim(staff=staff, serial=serial)


def login_required() -> DomainError:
    """The refusal of a request without a valid token."""
    detail = "请先登录：令牌缺失、无效或已过期 / log in first: no token, or not a valid one, or it has ended"
    return DomainError("login-required", detail)
