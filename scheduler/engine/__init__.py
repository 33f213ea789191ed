"""What rings the bell. The work, and the truth about it, are elsewhere."""
