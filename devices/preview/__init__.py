"""What a printer would put on paper: bytes are decoded and drawn, with no code shared with the encoder."""
