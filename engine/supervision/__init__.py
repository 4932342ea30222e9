"""What supervisors see: every open step in their area, who holds it and how late it is, and who looked at or took out what."""
