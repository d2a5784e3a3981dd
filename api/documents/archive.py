"""An office file is an archive that names the time of its making: here that is the ledger's, so that it is the same bytes again."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CORE = "docProps/core.xml"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that an archive can name
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settled(data: bytes, at: str) -> bytes:
    """The same file as made at `at`, an RFC 3339 UTC instant."""
    second = f"{at[:19]}Z".encode()
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(stream, "w", ZIP_DEFLATED) as again:
        for name in made.namelist():
            content = made.read(name)
            if name == CORE:
                content = _DATES.sub(rb"\g<1>" + second + rb"\g<2>", content)
            again.writestr(ZipInfo(name, EPOCH), content, ZIP_DEFLATED)
    return stream.getvalue()
