"""Local tables, one way of reading for all formats: csv, tsv, json, jsonl, parquet and arrow, plain or compressed.

The same rows give the same dataset whatever the file is called: strings are read first, and the type of a column is
decided over the whole of it afterwards. What was found, and what a reader of the result must be told, is in a
`Reading`.
"""

from lit_hf.tasks.tables.read import read_splits, read_table
from lit_hf.tasks.tables.reading import Reading, TableOptions

__all__ = ["Reading", "TableOptions", "read_splits", "read_table"]
