"""The ways in: a personal link, one's mail, the company's account, a team's code."""
