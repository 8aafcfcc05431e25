"""Bank statements as banks give them out: camt.053 (ISO 20022) and tables of comma-separated values.

Both become rows: what came in (more than zero) or went out (less), on which day, from whom, and the words with it.
"""
