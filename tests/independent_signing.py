"""A signed command made from the description of the format alone: no line of it is shared with the program."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import UUID, uuid5

import rfc8785
from nacl.signing import SigningKey

NAMESPACE = UUID("5b0f6a0e-6a53-4d4e-9d0a-3c1b8a6f2e71")


def signed(told: dict[str, Any]) -> dict[str, Any]:
    """What follows from origin, staff, idempotency key, seed, salt, act, stream, data and the personal fields in it."""
    salt, data = bytes.fromhex(told["salt"]), dict(told["data"])
    for name in told["personal"]:
        octets = b"mingqian-ledger-v1/personal\x00" + salt + data[name].encode()
        data[name] = hashlib.sha256(octets).hexdigest()
    command = {
        "alg": "ed25519-sha256",
        "command_id": str(uuid5(NAMESPACE, f"{told['staff']}\n{told['idempotency_key']}")),
        "data": data,
        "name": told["act"],
        "origin": told["origin"],
        "stream": told["stream"],
    }
    canonical = rfc8785.dumps(command)
    key = SigningKey(bytes.fromhex(told["seed"]))
    public = bytes(key.verify_key).hex()
    statement = rfc8785.dumps(
        {
            "origin": told["origin"],
            "public_key": public,
            "staff": told["staff"],
            "suite": "ed25519-sha256",
        }
    )
    proof = key.sign(b"mingqian-ledger-v1/signing-key\x00" + statement).signature
    sig = key.sign(b"mingqian-ledger-v1/command\x00" + canonical).signature
    text = base64.b64encode(sig).decode()
    return {
        "canonical": canonical.decode(),
        "command_id": command["command_id"],
        "header": f"{public}:{text}:{told['salt']}",
        "proof": proof.hex(),
        "public_key": public,
    }
