"""What a user writes, read and checked into frozen SI values."""
