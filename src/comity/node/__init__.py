"""One node: its officers, partners, records, ledger and the door through which messages pass."""
