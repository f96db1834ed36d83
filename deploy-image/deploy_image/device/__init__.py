"""Scripts that run on the terminal itself, before the program or without it."""
