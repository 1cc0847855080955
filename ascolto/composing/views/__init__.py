"""What the composer and the thread ask this room for."""
