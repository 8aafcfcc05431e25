import argparse

from tests.stripe_server.server import Server

parser = argparse.ArgumentParser(description="A stand-in for Stripe, for tests and for trying things out.")
parser.add_argument("--port", type=int, default=12111)
server = Server(parser.parse_args().port)
print(server.base, flush=True)
server.http.serve_forever()
