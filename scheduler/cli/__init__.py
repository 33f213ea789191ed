"""The command line: one module per subject, all heavy imports inside the commands that need them."""
