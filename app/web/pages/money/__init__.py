"""The officers' page of money: what partners are paid and where to, files for the bank, refunds, problems."""
