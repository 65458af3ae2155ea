"""A node in Python for python_test.cpp: python_peer.py HERE THERE WHAT, with a host at THERE."""
import asyncio
import contextlib
import os
import sys

import msgpack
from spinoff import Node

TYPES = "spinoff.examples.python."


def say(*words):
    print(*words, flush=True)


def say_whether_it_lasts(peer, session):
    say("the session", "lasts" if session == peer.session else "is another one")


async def meet(node, host):
    """Asks the host, and has the host ask and watch /oracle."""
    asked = asyncio.Event()

    def oracle(name, fields, sender):
        node.tell(sender, TYPES + "Answer", ["It is late."], "/oracle")
        asked.set()

    node.actors["/oracle"] = oracle
    answer = None
    while not answer:
        with contextlib.suppress(ConnectionError):  # it is not there yet, or still about to stop
            answer = await node.ask(host, TYPES + "Question", ["?"], timeout=60)
    say("answer:", *answer)
    node.tell(host, TYPES + "Meet", [f"{node.id}/oracle"])
    await asked.wait()


async def stay(node, host):
    """Talks with each host that comes to the address, until it is killed."""
    ended = asyncio.Queue()
    node.actors["/watcher"] = lambda *message: ended.put_nowait(message)
    while True:
        await meet(node, host)
        node.watch(host, "/watcher")
        name, fields, _ = await ended.get()
        say(name, *fields)


async def leave(node, host):
    """Stops the actor that the host watches, and goes on as a node until it is killed."""
    await meet(node, host)
    node.stop("/oracle")
    await asyncio.Event().wait()


async def idle(node, host):
    """Has nothing to say for as long as it takes to hear of the host five times."""
    await meet(node, host)
    peer, _ = node.peer_and_path(host)
    session, take, frames = peer.session, peer.take, asyncio.Queue()
    peer.take = lambda *frame: frames.put_nowait(take(*frame))
    for _ in range(5):
        await frames.get()
    say_whether_it_lasts(peer, session)


async def ask_nobody(node, host):
    for path in ("/nobody", "/host/guest"):
        try:
            await node.ask(node.peer_and_path(host)[0].id + path, TYPES + "Question", ["?"])
        except ConnectionError as error:
            say(error)


async def misbehave(node, host):
    """Sends both nodes what is no frame, and bad items; all goes on as before."""
    await meet(node, host)
    stranger = Node(node.id.replace("127.0.0.1", "127.0.0.2"))
    oracle = f"{node.id}/oracle"
    await stranger.ask(oracle, TYPES + "Question", ["?"])
    sessions = []
    for sender, actor in (node, host), (stranger, oracle):
        peer, path = sender.peer_and_path(actor)
        sessions.append((peer, peer.session))
        for frame in rubbish():
            peer.dealer.send(frame)
        peer.dealer.send_multipart([b"one", b"two"])
        question, meeting = TYPES + "Question", TYPES + "Meet"
        peer.waiting = [
            [0], ["no kind"], [[0]], [0, path], [0, 1, 2, 3, 4], [1, path, 1], [2], [3, [], {}],
            [3, "/x", "y"], [4, "/x", "y"], [31, "of a later version"],
            [0, path, None, "no.Such", b""], [0, path, None, question, b"\xc1"],
            [0, path, "%", meeting, b"\xc0"], [0, path, None, meeting, b""]]
        peer.write()
    await meet(node, host)
    await stranger.ask(oracle, TYPES + "Question", ["?"])
    for peer, session in sessions:
        say_whether_it_lasts(peer, session)
    stranger.close()


def rubbish():
    """What is no frame."""
    good = [1, "127.0.0.1:1", 1, 1, 0, 0, 0, []]
    bad = [1, "text", {"a": 1}, [[1]] * 8] + [good[:n] for n in range(8)]
    bad += [good[:n] + [field] + good[n + 1:] for n in range(8)
            for field in (-1, "", [[]], {}, None, 1.5)]
    frames = [msgpack.packb(frame) for frame in bad]
    frames += [b"", b"\xc1", msgpack.packb(good)[:-1], msgpack.packb(good) * 2]
    return frames + [os.urandom(size) for size in (1, 10, 100, 1000, 100000)]


async def main(here, there, what):
    node = Node(here)
    await what(node, f"{there}/host")
    node.close()


HERE, THERE, WHAT = sys.argv[1:]
asyncio.run(main(HERE, THERE, globals()[WHAT]))
