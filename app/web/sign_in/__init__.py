"""Ways in: the sign-in page, links of all kinds, join codes and the company's accounts."""

from app.web.sign_in import company, join, links, mail, slack

routers = (links.router, mail.router, company.router, join.router, slack.router)
