"""The deployment files: confined services, secrets in files, the right order, nothing that is not there."""

from __future__ import annotations

import json
import re

import pytest

from api.settings import Settings
from tests.deployment.composed import (
    ROOT,
    compose,
    copied,
    health_command,
    instructions,
    interpolated,
    last,
    services,
)

SERVICES = sorted(services())
PROGRAM = sorted(name for name, one in services().items() if "build" in one)
OFFICE, PROVER = "10001:10001", "10002:10001"  # the same group, for the socket between them
OWNER = "owner_database_password"
PASSWORDS = ["database_password", "prover_database_password"]
SECRETS = {
    "database": [OWNER],
    "migrate": sorted([OWNER, *PASSWORDS]),  # makes the roles of the others
    "prover": ["prover_database_password", "vrf_passphrase"],
    "service": PASSWORDS,
}


def test_the_services_are_the_four_that_the_documentation_speaks_of() -> None:
    """A new service must also be looked at by the tests below and by docs/operations.md."""
    assert SERVICES == ["database", "migrate", "prover", "service"]
    assert PROGRAM == ["migrate", "prover", "service"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:
    """Not root, no capability, no way to gain one, nothing writable but named volumes and memory."""
    one = services()[name]
    assert one["user"] in {OFFICE, PROVER, "postgres"}
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert (
        not {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices", "userns_mode"}
        & one.keys()
    )
    assert all(volume.split(":")[0] in compose()["volumes"] for volume in one.get("volumes", []))


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_stands_in_a_service(name: str) -> None:
    """Secrets are files that compose mounts; environment and command name their paths only."""
    one = services()[name]
    assert one["secrets"] == SECRETS[name]
    for key, value in one["environment"].items():
        if re.search("PASS|SECRET|TOKEN|KEY", key):
            assert key.endswith(("_FILE", "_DIRECTORY", "_STORE")), key
            assert value.startswith(("/run/secrets/", "/var/lib/mingqian")), value
        assert not re.search("://[^/@]*:[^/@]*@", value), f"{key} holds a password"
    assert "env_file" not in one


def test_secrets_are_files_that_neither_image_nor_build_receives() -> None:
    """The build sees only what it is told to see."""
    assert compose()["secrets"] == {
        name: {"file": f"./secrets/{name}"} for name in (OWNER, *PASSWORDS, "vrf_passphrase")
    }
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    assert ignored[1] == "*", "everything is left out first"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())
    names = {name for name, _ in instructions()}
    assert not names & {"ARG", "ADD"}, "build arguments stay in the image's history"
    assert not [text for _, text in instructions() if re.search("PASS|SECRET|TOKEN", text)]


def test_every_image_names_its_version_and_its_debian() -> None:
    """Neither `latest` nor a bare name: what runs tomorrow is what was tested."""
    images = [argument.split()[0] for name, argument in instructions() if name == "FROM"]
    images.append(services()["database"]["image"])
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(-slim)?-trixie", image), image


def test_the_image_takes_uv_in_the_version_of_dev_and_the_locked_packages_only() -> None:
    """One version everywhere, nothing resolved anew, no development package."""
    dev = re.search(r"^uv_version=(\S+)$", (ROOT / "dev").read_text("utf-8"), re.MULTILINE)
    assert dev is not None
    runs = [argument for name, argument in instructions() if name == "RUN"]
    assert [run for run in runs if run.endswith(f"uv=={dev[1]}")]
    syncs = [run for run in runs if run.startswith("uv sync")]
    assert syncs
    assert all("--locked --no-dev" in run for run in syncs)


def test_everything_that_the_image_copies_is_there() -> None:
    """A moved folder is noticed here, and every room of the program is in."""
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert {"domain", "ledger", "projections", "api", "audit", "mingqian"} <= set(copied())


def test_volumes_belong_to_the_users_of_the_compose_file() -> None:
    """A named volume takes its owner and mode from the image."""
    assert last("USER") == OFFICE
    assert {name: services()[name]["user"] for name in PROGRAM} == {
        "migrate": OFFICE,
        "prover": PROVER,
        "service": OFFICE,
    }
    for user, mode, directory in (
        (OFFICE, "0700", place("service", "MINGQIAN_KEY_DIRECTORY").rpartition("/")[0]),
        (OFFICE, "0700", place("service", "MINGQIAN_SUBJECT_KEY_STORE").rpartition("/")[0]),
        (PROVER, "0700", place("prover", "MINGQIAN_KEY_DIRECTORY")),
        (PROVER, "0750", place("prover", "MINGQIAN_PROVER_SOCKET").rpartition("/")[0]),
    ):
        uid, _, gid = user.partition(":")
        made = f"install --directory --owner={uid} --group={gid} --mode={mode} {directory}"
        assert re.search(rf"{made}( |$)", last("RUN")), made
    assert json.loads(last("CMD")) == services()["service"]["command"]


def place(name: str, setting: str) -> str:
    """Where a service has something."""
    where: str = services()[name]["environment"][setting]
    return where


def test_only_migrate_may_write_the_keys_of_the_service() -> None:
    """The service itself reads them; what it writes are the wrapped keys of personal data, elsewhere."""
    shared = ["subjects:/var/lib/mingqian-subjects", "prover:/run/mingqian:ro"]
    assert services()["migrate"]["volumes"] == ["keys:/var/lib/mingqian", *shared]
    assert services()["service"]["volumes"] == ["keys:/var/lib/mingqian:ro", *shared]


def test_the_draw_keys_are_in_reach_of_the_draw_process_alone() -> None:
    """Volume, passphrase and user are its own; of the service's it has neither keys nor the way to write."""
    prover = services()["prover"]
    assert prover["volumes"] == ["vrf:/var/lib/mingqian-prover", "prover:/run/mingqian"]
    assert prover["working_dir"] == place("prover", "MINGQIAN_KEY_DIRECTORY")
    assert (
        not {"MINGQIAN_DATABASE_URL", "MINGQIAN_DATABASE_PASSWORD_FILE"}
        & prover["environment"].keys()
    )
    assert "ports" not in prover
    for name, one in services().items():
        if name != "prover":
            assert "vrf_passphrase" not in one["secrets"]
            assert not [each for each in one.get("volumes", []) if each.startswith("vrf:")]
            assert "MINGQIAN_VRF_PASSPHRASE_FILE" not in one["environment"]


def test_the_owner_of_the_database_is_in_reach_of_migrate_alone() -> None:
    """The service connects as another role, whose password is another."""
    users = {name: re.search("//([^@]*)@", url)[1]  # type: ignore[index]
             for name in PROGRAM for key, url in services()[name]["environment"].items()
             if key == f"MINGQIAN_{'PROVER_' * (name == 'prover')}DATABASE_URL"}  # fmt: skip
    owner = services()["database"]["environment"]["POSTGRES_USER"]
    assert users == {
        "migrate": "mingqian_service",
        "prover": "mingqian_prover",
        "service": "mingqian_service",
    }
    assert f"//{owner}@" in place("migrate", "MINGQIAN_OWNER_DATABASE_URL")
    for name in ("prover", "service"):
        assert not [key for key in services()[name]["environment"] if "OWNER" in key]


def test_services_start_in_order_and_are_watched() -> None:
    """A healthy database, the draw process, migrations that succeed, the service; all that stay have a health check."""
    all_ = services()
    healthy, done = (
        {"condition": "service_healthy"},
        {"condition": "service_completed_successfully"},
    )
    assert all_["prover"]["depends_on"] == {"database": healthy}
    assert all_["migrate"]["depends_on"] == {"database": healthy, "prover": healthy}
    assert all_["service"]["depends_on"] == {"database": healthy, "migrate": done}
    assert all_["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert all_["prover"]["healthcheck"]["test"][:2] == ["CMD", "python"]
    assert "healthcheck" not in all_["service"], "the image's own holds"
    assert "/readyz" in " ".join(health_command())


def test_only_this_machine_reaches_the_service_and_nobody_the_database() -> None:
    """Ports are open on the loopback interface; the network of the database leads nowhere."""
    assert services()["service"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services()["database"]
    assert services()["database"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", PROGRAM)
def test_the_environment_is_made_of_settings_and_means_production(name: str) -> None:
    """A misspelt setting would be ignored in silence: so every name must be one of Settings."""
    environment = services()[name]["environment"]
    assert environment["MINGQIAN_MODE"] == "production"
    known = {f"MINGQIAN_{field.upper()}" for field in Settings.model_fields}
    assert environment.keys() <= known


def test_the_name_of_the_ledger_must_be_given() -> None:
    """It is fixed for ever by the first start, so there is no default for it."""
    origin = services()["migrate"]["environment"]["MINGQIAN_ORIGIN"]
    assert origin.startswith("${MINGQIAN_ORIGIN:?")
    with pytest.raises(KeyError):
        interpolated(origin, {})
