"""TLS for clients of tests, which never speak it: loading certificates would take longer than a test."""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
