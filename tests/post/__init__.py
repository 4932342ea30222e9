"""The other side of reminders, for tests: a receiver of signed messages and a mail server, both real and on this machine."""
