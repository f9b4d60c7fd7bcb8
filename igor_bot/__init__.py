"""What the service knows and decides. Imports nothing that talks to the world."""
