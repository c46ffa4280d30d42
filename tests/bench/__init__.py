"""`make bench`: how near the posting path comes to the least that PostgreSQL must do for it, in one run."""
