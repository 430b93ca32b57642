"""Takes in what other tools export: accounts from a CRM, and what was promised and agreed at the sale.

`reading` turns a file into rows, `columns` finds out which column is which field, `cells`, `dates` and `amounts` read
single cells, `accounts` and its siblings plan and write. A bad row is reported and left out; the good ones go in.
"""
