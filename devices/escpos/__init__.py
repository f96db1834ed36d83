"""Chinese-safe ESC/POS: a slip becomes bytes in pieces that end with a cut (see ``encoder``)."""
