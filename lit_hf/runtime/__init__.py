"""What the rooms need from the machine: devices, threads, seeds, the cache's files, the Hub's commits, progress."""
