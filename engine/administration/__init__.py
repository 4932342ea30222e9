"""What the three administrators do: people and posts (系统), passwords, sessions and tokens (安全). Everything leaves a record (审计)."""
