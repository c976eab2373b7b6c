"""The report as one HTML page: pure functions from records to numbers and geometry, and templates that show them.

charts     lines, areas and profiles as paths, with the values behind them
board      a leaderboard: rows, whiskers on a common scale, curves of the first few
checkpoint what one record says: charts, ladder, hardest examples, how to get the numbers again
render     the page: templates in `lit_hf/reports/templates`, autoescaped, under a policy that forbids all network
"""
