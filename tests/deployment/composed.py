"""What docker-compose.yml and the Dockerfile say, read as the tests need it. No engine is asked."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::\?(?P<message>[^}]*))?\}")

Service = dict[str, Any]


def compose() -> dict[str, Any]:
    """The file, with its anchors merged."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return read


def services() -> dict[str, Service]:
    """Every service by name."""
    read: dict[str, Service] = compose()["services"]
    return read


def interpolated(value: str, variables: dict[str, str]) -> str:
    """A value with `${NAME:?message}` filled in; raises KeyError for a variable that is not given."""
    return _VARIABLE.sub(lambda found: variables[found["name"]], value)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments, in order, without comments."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (one.partition(" ")[0], one.partition(" ")[2].strip()) for one in text.splitlines() if one
    ]


def last(instruction: str) -> str:
    """The argument of the last such instruction: the one that counts."""
    return [argument for name, argument in instructions() if name == instruction][-1]


def health_command() -> list[str]:
    """The command of the image's health check."""
    command: list[str] = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    return command


def copied() -> list[str]:
    """What the image takes from the repository."""
    arguments = [argument for name, argument in instructions() if name == "COPY"]
    words = [shlex.split(one) for one in arguments if not one.startswith("--from")]
    return [source for sources in words for source in sources[:-1]]
