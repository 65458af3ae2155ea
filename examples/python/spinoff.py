"""A node that talks with Spinoff's, by docs/wire-protocol.md; it has no limits, aliases and keys.

An actor is a function of a message: the name of its type, its fields, and its sender's URI or None.
One type is this module's own, Terminated [uri]: an actor that is watched has stopped, or is lost.
"""
import asyncio
import collections
import contextlib
import secrets
import time

import msgpack
import zmq.asyncio

HEARTBEAT, SILENCE, PATIENCE = 1.0, 3, 10  # in seconds, and two in heartbeats
MESSAGE, WATCH, UNWATCH, TERMINATED, ASK_FAILED, HELLO, BYE = 0, 1, 2, 3, 4, 32, 33


class Peer:
    """Another node, and the session with it, which lasts as long as there is a DEALER."""

    def __init__(self, node, node_id):
        self.node, self.id, self.dealer, self.up = node, node_id, None, False
        self.names, self.gone = [0, 0], collections.deque(maxlen=64)  # its earlier incarnations

    def begin(self):
        self.dealer = self.node.context.socket(zmq.DEALER)
        with contextlib.suppress(zmq.ZMQError):  # what is no address is not reached
            self.dealer.connect(f"tcp://{self.id}")
        self.session, self.waiting = time.monotonic_ns(), []
        self.silent_for, self.sent, self.taken = 0, 0, 0
        self.beats = asyncio.create_task(self.beat())

    def end(self):
        if self.dealer:
            self.beats.cancel()
            self.dealer.close(linger=1000)
            self.dealer, self.up = None, False
            self.node.watchers -= {watch for watch in self.node.watchers if watch[0] is self}
            self.node.have_ended({watch for watch in self.node.watches if watch[0] is self})

    async def beat(self):
        while self.silent_for < (SILENCE if self.up else PATIENCE):
            self.silent_for += 1  # not by the clock: this process may have been held up itself
            self.write()
            await asyncio.sleep(HEARTBEAT)
        self.end()

    def send(self, *item):
        """Sends a carried item, as soon as the session is up."""
        if not self.dealer:
            self.begin()
        self.waiting.append(item)
        if self.up:
            self.write()

    def write(self):
        """Sends a frame: with what waits if the session is up, with a hello if it is not."""
        items = self.waiting if self.up else [[HELLO, self.id, {}]]
        names = [self.node.incarnation, self.session, *self.names]
        self.dealer.send(msgpack.packb([1, self.node.id, *names, self.sent, items]))
        if self.up:
            self.sent, self.waiting = self.sent + len(items), []

    def take(self, names, to, sequence, items):
        """Takes of a frame what the page says under Sessions."""
        old, was_up, kinds = self.names, self.up, [item[0] for item in items]
        ours = self.dealer and to == [self.node.incarnation, self.session]
        if names[0] in self.gone and not ours or names[0] == old[0] and names[1] < old[1]:
            return  # it is late
        self.names = names
        if old[0] != names[0]:
            self.gone.append(old[0])
        if self.up and old != names or ours and sequence > self.taken:
            self.end()
        elif ours:
            self.up, self.silent_for = True, 0
            for item in items if sequence == self.taken else []:
                self.taken += type(item[0]) is not int or item[0] < 32
                self.node.take(self, *item)
        if BYE in kinds:
            self.gone.append(names[0])
            self.end()
        elif not self.dealer:
            self.begin()
        elif self.up and not was_up or HELLO in kinds:
            self.write()


class Node:
    """Listens from its construction, in a running loop, until it is closed. `actors` go by path."""

    def __init__(self, node_id):
        self.id, self.call = node_id, asyncio.get_running_loop().call_soon
        self.incarnation, self.peers, self.actors = secrets.randbits(63) | 1, {}, {}
        self.watches, self.watchers = set(), set()  # (peer, path of its actor, path of ours)
        self.context = zmq.asyncio.Context()
        self.context.sndhwm = 0  # so that no send has to be waited for
        self.router = self.context.socket(zmq.ROUTER)
        self.router.bind(f"tcp://{node_id}")
        self.listening = asyncio.create_task(self.listen())

    def close(self):
        for peer in [peer for peer in self.peers.values() if peer.dealer]:
            peer.send(BYE)
            peer.end()
        self.context.destroy(linger=1000)

    async def listen(self):
        while True:
            _, *parts = await self.router.recv_multipart()
            with contextlib.suppress(ValueError, TypeError, LookupError):  # what is no frame
                match msgpack.unpackb(*parts):
                    case 1, str(origin), int(i), int(s), int(to_i), int(to_s), int(n), [*items], *_:
                        if all(type(item) is list and item for item in items):
                            self.peer_and_path(origin)[0].take([i, s], [to_i, to_s], n, items)

    def take(self, peer, *item):
        match item:
            case 0, str(path), str() | None as sender, str(name), bytes(payload), *_:
                if actor := self.actors.get(path):
                    sender = peer.id + sender if sender and sender[0] == "/" else sender
                    self.call(lambda: actor(name, msgpack.unpackb(payload), sender))
                elif sender and sender.removeprefix(peer.id).startswith("/$ask-"):
                    peer.send(ASK_FAILED, sender.removeprefix(peer.id), f"there is no {path}")
            case 1, str(path), str(watcher), *_ if path in self.actors:
                self.watchers.add((peer, watcher.removeprefix(peer.id), path))
            case 1, str(path), str(watcher), *_:
                peer.send(TERMINATED, watcher.removeprefix(peer.id), path)
            case 2, str(path), str(watcher), *_:
                self.watchers.discard((peer, watcher.removeprefix(peer.id), path))
            case 3, str(watcher), str(actor), *_:
                self.have_ended({(peer, actor.removeprefix(peer.id), watcher)})
            case 4, str(ask), str(reason), *_ if ask in self.actors:
                self.call(self.actors[ask], "AskFailed", [reason], None)

    def have_ended(self, watches):
        for peer, path, watcher in watches & self.watches:
            self.watches.remove((peer, path, watcher))
            self.call(self.actors[watcher], "Terminated", [peer.id + path], None)

    def peer_and_path(self, uri):
        node_id, slash, name = uri.partition("/")
        if ":" not in node_id or node_id == self.id:
            raise ValueError(f"{node_id} is no other node")
        return self.peers.setdefault(node_id, Peer(self, node_id)), slash + name

    def tell(self, to, name, fields, sender=None):
        peer, path = self.peer_and_path(to)
        peer.send(MESSAGE, path, sender, name, msgpack.packb(fields))

    def watch(self, uri, watcher):
        peer, path = self.peer_and_path(uri)
        self.watches.add((peer, path, watcher))
        peer.send(WATCH, path, watcher)

    def stop(self, actor):
        del self.actors[actor]
        self.watches -= {watch for watch in self.watches if watch[2] == actor}
        for watch in [watch for watch in self.watchers if watch[2] == actor]:
            self.watchers.remove(watch)
            watch[0].send(TERMINATED, watch[1], actor)

    async def ask(self, to, name, fields, timeout=5.0):
        """The fields of the reply; raises ConnectionError if none can come, or TimeoutError."""
        asker, reply = f"/$ask-{secrets.token_hex(8)}", asyncio.Future()
        reply.add_done_callback(lambda _: self.stop(asker))
        self.watches.add((*self.peer_and_path(to), asker))  # only to hear of the session's end
        self.actors[asker] = lambda *message: reply.done() or reply.set_result(message)
        self.tell(to, name, fields, asker)
        name, fields, _ = await asyncio.wait_for(reply, timeout)
        if name in ("AskFailed", "Terminated"):
            raise ConnectionError(f"{to} does not answer: {fields[0]}")
        return fields
