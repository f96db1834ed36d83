"""Text messages to citizens who asked for them."""
