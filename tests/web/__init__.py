"""The web layer over real HTTP: the API's contract, hostile input, pages, jobs."""
