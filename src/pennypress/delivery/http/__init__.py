"""HTTP/1.1 (RFC 9112) as one web process speaks it, in the thread of its event loop. See docs/decisions/0027.

httptools (Node's parser) reads requests, uvloop waits for the sockets; between them is what decides how long a ready page
takes: a connection that answers from within the parser's last call.
"""
