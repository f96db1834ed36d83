"""Hearing and speaking: recognisers, endpointing, pinyin, synthesis, clips."""
