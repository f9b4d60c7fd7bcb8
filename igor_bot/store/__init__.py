"""Tables, crypto, unit of work. Knows of no conversation."""
