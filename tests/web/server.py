"""uvicorn in a thread, without the tenths of a second it sleeps whenever it starts to listen or ends."""

import asyncio
import socket
import threading
from contextlib import suppress

import uvicorn


class ServerThread(uvicorn.Server):
    """A server that says at once when it has started, and ends at once when it is told to.

    uvicorn looks ten times a second whether it shall end, and then waits another tenth of a second: with a server for
    each of a thousand tests, that was minutes. What `serve` runs is tested as a process of its own (tests/cli).
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._is_up = threading.Event()
        self._end = asyncio.Event()

    def start(self, listener: socket.socket) -> None:
        """Serve in a thread; returns once requests are answered. Raises RuntimeError where the application refuses."""
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()
        self._is_up.wait(30)
        if not self.started:
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """End it, and wait until it has ended. Raises RuntimeError where it does not: the next one would meet it."""
        with suppress(RuntimeError):  # its loop is closed: it has ended by itself
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)
        if self._thread.is_alive():
            raise RuntimeError("the server did not end")

    def _run(self, listener: socket.socket) -> None:
        try:
            with suppress(SystemExit):  # how it says that it could not start
                self.run(sockets=[listener])
        finally:
            self._is_up.set()

    async def main_loop(self) -> None:
        """Wait for the end, and keep the time that answers carry."""
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        self._is_up.set()
        while not self._end.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), 1)
            await self.on_tick(0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is idle, let what is being answered end within the grace period, and end the application."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()
