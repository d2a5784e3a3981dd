"""The reads that pages and reports need. Each takes a snapshot (`projections.reading`) and gives plain rows, as dicts.

A row has the columns of its table in `projections/tables/`, unless the query says otherwise. Queries whose names begin
with `public_` answer only what everybody may know.
"""
