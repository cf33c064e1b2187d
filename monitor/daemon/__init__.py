"""Which stage runs when: scheduler, one instance, signals, log lines. What is due stands in the database."""
