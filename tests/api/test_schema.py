"""The OpenAPI document against the service: whatever it says may be sent is answered, and as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import routed_app
from domain.organisation import AddDepartment, AddStaff, Role
from ledger.store import SYSTEM
from tests.serving import Service, fresh_database, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.facts import Command

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
bounded = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def described(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own, with one person who holds every role."""
    home = tmp_path_factory.mktemp("described")
    with fresh_database(server) as dsn, serving(dsn, home) as running:
        commands: list[Command] = [
            AddDepartment(id="edu", name="示例教育局", collates=True),
            AddStaff(id="everybody", department="edu", roles=get_args(Role), personal={}),
        ]
        running.parts.writer.execute(commands, actor=SYSTEM, command_id=str(uuid4()))
        yield running


DOCUMENT = schemathesis.openapi.from_dict(routed_app().openapi())
OPERATIONS: list[Any] = [found.ok() for found in DOCUMENT.get_all_operations()]  # type: ignore[union-attr]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_answers_as_described(operation: Any, described: Service) -> None:  # noqa: ANN401 - an operation
    """With no token, and with a person who may do everything that anybody may: never a 500, always a declared answer."""
    url = str(described.http.base_url)
    token = {"Authorization": described.as_("everybody")["Authorization"]}

    @bounded
    @given(case=operation.as_strategy())
    def answers_as_described(case: Any) -> None:  # noqa: ANN401 - a case
        for headers in ({}, token):
            answer = case.call(base_url=url, headers=headers)
            case.validate_response(answer, checks=CHECKS)

    answers_as_described()
