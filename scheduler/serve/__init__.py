"""The files of public/ over HTTP, for those without a web server: an ASGI application and the server that runs it."""
