# man: mdoc(7). tests/check-docs.sh holds the pages to the tables in the code.
