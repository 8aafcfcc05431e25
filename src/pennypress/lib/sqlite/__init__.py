"""SQLite for a site that must not lose anything: a library free of the log-reset fault, and safe settings."""
