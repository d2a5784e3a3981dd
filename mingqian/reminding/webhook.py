"""One message to a machine of the office: each department's numbers, signed so that it can tell whose they are."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.deliveries import End
    from mingqian.reminding.digests import Digest

PATIENCE = 20.0  # seconds


def body(departments: Mapping[str, Digest], day: str, link: str | None) -> bytes:
    """The message: for each department, how much of each act is overdue and due soon."""
    told = {
        "event": "work-due",
        "day": day,
        "link": link,
        "departments": {name: asdict(one) for name, one in sorted(departments.items())},
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def post(url: str, secret: bytes, key: str, told: bytes) -> End:
    """Hand it in, under an Idempotency-Key and with `Mingqian-Signature: sha256=…`, the HMAC of key, a line feed and body.

    "refused": there was no such server, or it said no; "unclear": the line broke afterwards. Redirects are not followed.
    """
    signature = hmac.digest(secret, key.encode() + b"\n" + told, "sha256").hex()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Mingqian-Signature": f"sha256={signature}",
    }
    try:
        answer = httpx.post(url, content=told, headers=headers, timeout=PATIENCE)
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return "refused"
    except httpx.TransportError:
        return "unclear"
    return "delivered" if answer.is_success else "refused"
