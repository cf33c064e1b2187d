"""Which matches are worth telling: rules over values. Touches no clock, database or network."""
