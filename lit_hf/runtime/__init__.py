"""What every room needs from the machine: devices and ranks, threads, seeds, the cache's files, the Hub's revisions, progress."""
