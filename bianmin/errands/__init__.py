"""The slow acts of a front end, each a function from the act to the event the dialog is told."""
