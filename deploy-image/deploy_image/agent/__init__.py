"""The update agent of a terminal: a pure state machine, and the effects it asks for."""
