"""The one error of the domain. It knows no HTTP and carries no personal data."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal: `code` names a page of docs/problems/, `detail` says what and where, in Chinese and English."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
