"""The reference central service (see central/README.md)."""
