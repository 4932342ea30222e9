"""The case file of a finding: what was reported, where, by whom, its photos, and what came of it."""
