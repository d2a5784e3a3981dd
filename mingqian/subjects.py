"""`mingqian subjects …`: what is kept of people beside the ledger."""

from __future__ import annotations

import typer

from api.parts import open_parts
from api.settings import read_settings
from ledger import search
from ledger.keys import load

app = typer.Typer(
    help="个人信息的密钥与索引 / keys and index of personal data", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """个人信息的密钥与索引 / keys and index of personal data."""


@app.command("create")
def create() -> None:
    """仅在密钥库确已丢失且无备份时：建立空库；原有个人信息永久不可读 / only where the store is lost for good: make an empty one."""
    settings = read_settings()
    load(settings.keys, settings.subject_keys).subjects.create()
    typer.echo(f"已建立 / made: {settings.subject_keys}")


@app.command("reindex")
def reindex() -> None:
    """从账本重建个人信息的查找索引，期间不能办理 / make the search index anew from the ledger; nothing is recorded meanwhile."""
    with open_parts(read_settings()) as parts:
        count = search.rebuild(parts.ledger)
    typer.echo(f"已索引 {count} 项 / fields indexed")
