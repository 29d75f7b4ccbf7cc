"""The results of a campaign, on the disk or in memory: chunks, their log, what they are of."""
