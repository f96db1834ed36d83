"""The conversation: events in, acts out, no I/O. Written once, rendered by the kiosk and by the phone line."""
