"""A person's own signature as it comes with a request: `KEY:SIGNATURE` or, where the act has personal texts, `…:SALT`.

KEY is the public key in hex, SIGNATURE base64, SALT 32 bytes in hex.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic import StringConstraints

from domain.errors import DomainError
from domain.signing import Signature

_FORM = re.compile(r"((?:[0-9a-f]{2}){32,128}):([A-Za-z0-9+/]+={0,2})(?::([0-9a-f]{64}))?")
MAX = 600
HEADER = "Mingqian-Signature"

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="同一人用同一键重复提交，只记录一次 / the same key of the same person is recorded once",
    ),
]
SignatureText = Annotated[str, StringConstraints(strict=True, max_length=MAX)]
SignatureHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=MAX,
        description="本人签名“公钥:签名[:盐]”，须同时有 Idempotency-Key"
        " / one's own signature KEY:SIGNATURE[:SALT], only with an Idempotency-Key",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came beside the commands: the name that the person chose, and a signature for each command, or none."""

    key: str | None
    signatures: tuple[str | None, ...] = ()


def sent_with(key: IdempotencyKey = None, signature: SignatureHeader = None) -> Sent:
    """What came beside one command."""
    return Sent(key=key, signatures=(signature,))


SentWith = Annotated[Sent, Depends(sent_with)]


def signatures_of(sent: Sent) -> tuple[Signature | None, ...]:
    """Read the signatures; raises DomainError("signature-malformed")."""
    if any(sent.signatures) and sent.key is None:
        detail = "签名的命令须有 Idempotency-Key / a signed command needs an Idempotency-Key"
        raise DomainError("signature-malformed", detail)
    return tuple(None if text is None else _read(text) for text in sent.signatures)


def written(signature: Signature) -> str:
    """The text of a signature."""
    parts = [signature.key, base64.b64encode(signature.sig).decode()]
    return ":".join([*parts, signature.salt.hex()] if signature.salt else parts)


def _read(text: str) -> Signature:
    match = _FORM.fullmatch(text)
    try:
        sig = base64.b64decode(match[2], validate=True) if match else b""
    except ValueError:
        sig = b""
    if match is None or not sig:
        detail = "应为 公钥:签名[:盐] / must be KEY:SIGNATURE[:SALT]"
        raise DomainError("signature-malformed", detail)
    salt = bytes.fromhex(match[3]) if match[3] else None
    return Signature(key=match[1], sig=sig, salt=salt)
