"""Who flies the chunks of a campaign: threads, processes, a cluster."""
