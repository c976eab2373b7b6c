"""The command line: one module per command, one output sink, one table of errors. Nobody imports this package."""
