"""The program: command line, settings, wiring. The only package that may import every other."""
