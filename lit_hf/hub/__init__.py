"""The Hub's edge: cards, pushes and results datasets. Everything here is a function of stored records.

record ─> index, section ─> cards        the text of a card with the record in it; no network
cards ─> plan ─> send                     what a push would change, and the one commit that changes it
results                                   records as Parquet and JSON in a dataset of one's own, and back
leaderboard                               a results dataset as rankings
"""
