"""`mingqian lab …`: draws tried out on a file. No settings, no keys, no database: nothing can be recorded from here."""

from __future__ import annotations

import typer

from mingqian.lab import assign, draw

app = typer.Typer(help="试算，不入账 / dry runs: nothing is recorded", no_args_is_help=True)
app.command("quotas")(draw.show_quotas)
app.command("draw")(draw.try_draw)
app.command("assign")(assign.try_assign)
