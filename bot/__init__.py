"""What talks to the world: Telegram, the clock, the command line, the sandbox."""
