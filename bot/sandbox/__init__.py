"""A Telegram of our own on loopback, as strict as the real one, and its page of phones."""
