"""The pages, one package a kind of user. Each has a `blueprint` and, if it belongs into the menu, a `NAV`."""
