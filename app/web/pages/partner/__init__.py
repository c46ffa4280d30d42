"""The pages of a partner's people: today, what they offer, what they are paid, who they are, and their own systems."""
