"""The designers' room: drafts of whole processes, from the first line to the approved version."""
