"""Files that other programs read: what was flown, as their formats have it."""
