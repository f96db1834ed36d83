"""Search: characters, pinyin and meaning, fused into one confidence."""
