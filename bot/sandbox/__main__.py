"""`python -m bot.sandbox`: a Telegram of our own on loopback, until Ctrl-C."""

import argparse
import asyncio
import gc
import signal
import sys

from .server import serve
from .world import World


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--api-port", type=int, default=8081)
    parser.add_argument("--control-port", type=int, default=8082)
    parser.add_argument("--token", default="42:SANDBOX")
    parser.add_argument("--no-limits", action="store_true", help="no flood limits")
    parser.add_argument("--no-calls", action="store_true", help="keep no log of calls")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    world = World(arguments.token, limits=not arguments.no_limits)
    world.record_calls = not arguments.no_calls
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serve(world, arguments.api_port, arguments.control_port) as running:
        print(f"Bot API {running.api_url}  control {running.control_url}", flush=True)
        await stopped.wait()


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    arguments = _arguments()
    gc.set_threshold(50_000, 20, 100)  # the world only grows: looking for garbage is in vain
    try:
        asyncio.run(_run(arguments))
    except OSError as error:
        print(f"A port is taken: {error}. Choose others.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
