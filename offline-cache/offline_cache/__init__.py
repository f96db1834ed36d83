"""Signed content packs, sync, outbox (see offline-cache/README.md)."""
