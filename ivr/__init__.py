"""The phone front end (see ivr/README.md)."""
