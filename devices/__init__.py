"""Printers and their ledger, readers, sensors; simulators; diagnostics."""
