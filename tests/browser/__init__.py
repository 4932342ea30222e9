"""The product as people meet it: a real server, a real Chromium, one file for each kind of day."""
