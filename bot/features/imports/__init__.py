"""Takes in what other tools export: accounts from a CRM, and what was promised and agreed at the sale.

`file_reader` turns a file into rows, `column_mapping` finds out which column is which field, `cells`, `dates` and
`amounts` read single cells, `account_changes` and `fact_changes` plan and write, `run` runs the whole import. A bad row
is reported and left out; the good ones are imported.
"""
