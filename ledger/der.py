"""Certificates in a token, put into the order that DER asks for.

DER sorts the members of a set. OpenSSL, and the many authorities that are made of it, write the certificates of a token in
the order of their chain, and a strict parser refuses those. Their order is covered by no signature and means nothing, so it
is put right before parsing; what is stored stays as it came. (ITU-T X.690, 11.6; RFC 5652, 5.1: CertificateSet.)
"""

from __future__ import annotations

CERTIFICATES = 0xA0  # [0] IMPLICIT, constructed
LONG = 0x80

Span = tuple[int, int, int]  # where an element, its content and its end are


def with_sorted_certificates(response: bytes) -> bytes:
    """Give a TimeStampResp with its certificates sorted; what cannot be read is given back as it is."""
    try:
        (whole,) = _elements(response, (0, 0, len(response)))
        _, token = _elements(response, whole)
        _, explicit = _elements(response, token)
        (signed_data,) = _elements(response, explicit)
        fields = _elements(response, signed_data)
        (found,) = (field for field in fields if response[field[0]] == CERTIFICATES)
        certificates = [response[start:end] for start, _, end in _elements(response, found)]
    except (ValueError, IndexError):
        return response
    _, first, last = found
    return response[:first] + b"".join(sorted(certificates)) + response[last:]


def _elements(data: bytes, within: Span) -> list[Span]:
    """Give the elements in the content of one; raises ValueError or IndexError."""
    _, place, end = within
    found: list[Span] = []
    while place < end:
        length, content = data[place + 1], place + 2
        if length >= LONG:
            content += length - LONG
            length = int.from_bytes(data[place + 2 : content])
        found.append((place, content, content + length))
        place = content + length
    if place != end:
        raise ValueError("length")
    return found
