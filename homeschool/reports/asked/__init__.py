"""What the pages ask of the database, as prepared queries: the rows are those that `visible_to` gives."""
