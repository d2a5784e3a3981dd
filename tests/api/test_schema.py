"""The OpenAPI document against the service: whatever it says may be sent is answered, and as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from tests.api.filled import EVERYBODY, READS, address, filled_service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
bounded = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def filled(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of its own where something of everything has happened."""
    with filled_service(server, tmp_path_factory.mktemp("described")) as running:
        yield running


DOCUMENT = schemathesis.openapi.from_dict(routed_app().openapi())
OPERATIONS: list[Any] = [found.ok() for found in DOCUMENT.get_all_operations()]  # type: ignore[union-attr]


def what_is_there(service: Service, path: str) -> dict[str, str]:
    """The parameters of a path under which the story has something; none where a path has none."""
    if path not in READS or "{" not in path:
        return {}
    names = path.split("/")
    # The last parameter may hold slashes of its own, as the path of a tile does.
    there = address(service, path).partition("?")[0].split("/", len(names) - 1)
    return {
        name[1:-1]: value
        for name, value in zip(names, there, strict=True)
        if name.startswith("{") and name.endswith("}")
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_operation_answers_as_described(operation: Any, filled: Service) -> None:  # noqa: ANN401 - an operation
    """With no token, and by people who hold every role between them: never a 500, always a declared answer.

    What is asked for by a name is asked for by a made-up one and by one that is there.
    """
    url = str(filled.http.base_url)
    callers = [{"Authorization": filled.as_(who)["Authorization"]} for who in (EVERYBODY, "admin")]
    there = what_is_there(filled, operation.path)

    @bounded
    @given(case=operation.as_strategy())
    def answers_as_described(case: Any) -> None:  # noqa: ANN401 - a case
        made_up = dict(case.path_parameters)
        for names in (made_up, {**made_up, **there}) if there else (made_up,):
            case.path_parameters = names
            for headers in ({}, *callers):
                answer = case.call(base_url=url, headers=headers)
                case.validate_response(answer, checks=CHECKS)

    answers_as_described()
