"""Takes in what other tools export: accounts from a CRM, the people there, what was promised and agreed at the sale.

`file_reader` turns a file into rows (`file_kinds`, `encodings`, `workbooks`), `column_mapping` finds the header and
which column is which field of a table in `fields`, `report_lines` sorts out totals and footers, `row_reader` reads
cells by what whole columns show, `account_changes` and `fact_changes` plan and write, `run` runs the whole import. Why
a line is left out and what was assumed are `remarks`, which `wording` words. A bad row is reported and left out; the
good ones are imported, in one transaction.
"""
