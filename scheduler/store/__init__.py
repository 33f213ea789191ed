"""The only SQL. `reads` answers questions over a plain connection, cheap to import; the other modules make changes.

Instants are stored as text `YYYY-MM-DDTHH:MM:SSZ`, wall times as `YYYY-MM-DDTHH:MM`, dates as `YYYY-MM-DD`, on every
database alike: they sort as they are, and a person can read them in a database shell.
"""
