"""The image holds the run-time packages only, so the program must not import any other."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.deployment.codes import ROOMS, ROOT, trees

BENCHES = "mingqian/bench/"  # run by `./dev bench`, on a developer's machine
# The stand-alone verifier says "not checked" where this package is missing.
# And the suite `sm2-sm3` says that it is not installed.
OPTIONAL = {("py_ecc", "audit/verifier/verify_draw.py"), ("tongsuopy", "ledger/suites.py")}


def installed_in_the_image() -> set[str]:
    """Every distribution that `uv sync --no-dev` installs: the lock's closure over the run-time dependencies."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    found: set[str] = set()
    waiting = ["mingqian"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            own = packages[name]
            extras = own.get("optional-dependencies", {}).values() if name != "mingqian" else ()
            waiting += [
                one["name"] for group in (own.get("dependencies", []), *extras) for one in group
            ]
    return found


def imported() -> dict[str, set[str]]:
    """The top-level modules that the program imports, and where."""
    found: dict[str, set[str]] = {}
    for path, module in trees().items():
        if path.startswith(BENCHES):
            continue
        for node in ast.walk(module):
            match node:
                case ast.Import(names=names):
                    roots = {one.name.partition(".")[0] for one in names}
                case ast.ImportFrom(module=str(name), level=0):
                    roots = {name.partition(".")[0]}
                case _:
                    continue
            for root in roots:
                if (root, path) in OPTIONAL:
                    continue
                found.setdefault(root, set()).add(path)
    return found


def test_the_program_imports_nothing_that_the_image_lacks() -> None:
    """A package of the group `dev` is there on every developer's machine and missing in production."""
    image, distributions = installed_in_the_image(), packages_distributions()
    foreign = {
        name: where
        for name, where in imported().items()
        if name not in sys.stdlib_module_names and name not in ROOMS
    }
    missing = {
        name: sorted(where)
        for name, where in foreign.items()
        if not {one.lower().replace("_", "-") for one in distributions.get(name, [])} & image
    }
    assert missing == {}


def test_the_program_does_not_import_its_benches() -> None:
    """They may use what the image lacks."""
    outside = {path: ast.unparse(one) for path, one in trees().items() if BENCHES not in path}
    assert [path for path, text in outside.items() if "mingqian.bench" in text] == []
