"""A mail server that takes everything and keeps nothing: `python -m homeschool.bench.sink PORT`."""

import sys

from aiosmtpd.controller import Controller


class Everything:
    """What aiosmtpd asks."""

    async def handle_DATA(self, server, session, envelope):
        """Take the letter."""
        return "250 OK"


def main():
    """Take letters until the input ends."""
    host = {"hostname": "127.0.0.1", "server_hostname": "localhost"}
    controller = Controller(Everything(), port=int(sys.argv[1]), **host)
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
