"""Callers and measuring tools for proving a line over real SIP and RTP: used by tests, benchmarks and technicians."""
