"""The terminal image (see deploy-image/README.md)."""
