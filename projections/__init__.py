"""How facts are read: tables built from the ledger, rebuilt at will, never migrated."""
