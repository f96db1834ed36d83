"""The editor's rules, a module a subject. A rule yields findings and never raises."""
