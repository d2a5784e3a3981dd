"""The stand-alone verifier, loaded by its path as one would who has that file alone, and the known answers."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[3]
FILE = ROOT / "audit/verifier/verify_draw.py"


def load_verifier() -> ModuleType:
    """Give the verifier as a module that knows nothing of the project."""
    spec = importlib.util.spec_from_file_location("verify_draw", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vectors(name: str) -> Any:  # noqa: ANN401 - JSON
    """Read published known answers."""
    return json.loads((ROOT / "tests/vectors" / name).read_text("utf-8"))


def run(*arguments: str, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the file; `alone` without any package that is installed."""
    options = ["-I", "-S"] if alone else ["-I"]
    command = [sys.executable, *options, str(FILE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
