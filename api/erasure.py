"""What else goes with whoever was erased: the account, for a password is personal too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.subjects import Subject

if TYPE_CHECKING:
    from ledger.accounts import Accounts
    from ledger.writer import Writer


def forget_accounts(writer: Writer, accounts: Accounts) -> None:
    """Remove the accounts of all staff whose data the ledger says was erased; running it again changes nothing."""
    for one in writer.history().all(Subject):
        kind, _, id_ = one.id.partition("/")
        if one.erased and kind == "staff":
            accounts.remove(id_)
