"""What keeps a terminal working offline: the outbox, sealing, the wire format."""
