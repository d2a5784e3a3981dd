"""How the inspectors are inspected: replay, verify, report."""
