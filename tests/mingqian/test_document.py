"""Documents from a terminal: kept as new files, the public ones without anybody's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from typer.testing import CliRunner

from api.app import routed_app
from domain.errors import DomainError
from mingqian.cli import app
from mingqian.document import PATHS, Kind
from tests import story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Service


def test_every_document_that_the_service_has_can_be_named() -> None:
    """Each path is a route."""
    routes = {path for path in routed_app().openapi()["paths"] if "/documents/" in path}
    assert {_blank(path) for path in PATHS.values()} == {_blank(path) for path in routes}
    assert PATHS.keys() == set(get_args(Kind))


def _blank(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "{}", path)


def test_a_document_is_kept_once_and_needs_a_login_where_it_is_not_public(
    service: Service, tmp_path: Path, password: Path
) -> None:
    """By its ending; what is there is never overwritten."""
    story.with_plan(entities=range(1, 3))
    service.as_("clerk-edu")
    url = ["--url", str(service.http.base_url)]
    for kind, ending, own in (
        ("plan", "pdf", []),
        ("plan", "xlsx", []),
        ("plan-draft", "xlsx", ["--as", "clerk-edu", "--password-file", str(password)]),
    ):
        file = tmp_path / f"{kind}.{ending}"
        arguments = ["document", kind, "2024", str(file), *url, *own]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        assert file.read_bytes().startswith(b"%PDF-" if ending == "pdf" else b"PK")
        again = CliRunner().invoke(app, arguments)
        assert isinstance(again.exception, DomainError)
        assert again.exception.code == "file-exists"
    refused = CliRunner().invoke(
        app, ["document", "plan-draft", "2024", str(tmp_path / "a.pdf"), *url]
    )
    assert isinstance(refused.exception, DomainError)
    assert refused.exception.code == "login-required"
