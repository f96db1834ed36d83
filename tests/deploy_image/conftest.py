"""Shared by the tests of the image."""
