"""What a visitor sees while the site is starting, or being prepared for the first time."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta http-equiv="refresh" content="1"><title>One moment</title>
<style>body { max-width: 36rem; margin: 20vh auto; padding: 0 1rem; font: 1.1rem/1.5 Georgia, serif }</style></head>
<body><h1>One moment</h1><p>The newspaper is being prepared. This page opens it by itself.</p></body></html>
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        # Alive, but not ready: machines that watch us are told the truth.
        alive = self.path == "/livez"
        body = b"alive\n" if alive else PAGE
        self.send_response(200 if alive else 503)
        self.send_header("Content-Type", "text/plain" if alive else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """On any address of the machine, version 6 as well."""

    def server_bind(self) -> None:
        # Past HTTPServer's own, which asks the network for the machine's name.
        TCPServer.server_bind(self)


def answer_while_waiting(host: str, port: int) -> None:
    """Answer at the address with a page that reloads itself, until the process is ended."""
    Server.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    Server((host, port), Handler).serve_forever()
