"""Work beside the requests: what a server does all the time, and what is to be done later."""
