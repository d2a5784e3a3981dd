"""`python -m mingqian`: the same as the installed command."""

from mingqian.cli import main

main()
