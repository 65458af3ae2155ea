"""Asks the actors of host.cpp, is asked, watches, and is watched; host.cpp says how to run it."""
import asyncio
import sys

from spinoff import Node

TYPES = "spinoff.examples.python."


async def main(here, there):
    node, heard, me, host = Node(here), asyncio.Queue(), "/oracle", f"{there}/host"
    node.actors[me] = lambda *message: heard.put_nowait(message)
    print("the answer is", *await node.ask(host, TYPES + "Question", ["What is six times seven?"]))
    node.tell(host, TYPES + "Meet", [f"{here}{me}"])
    _, question, sender = await heard.get()
    print("the host asks:", *question)
    node.tell(sender, TYPES + "Answer", ["It is late."], me)
    node.watch(f"{host}/guest", me)
    node.tell(f"{host}/guest", TYPES + "Leave", [])
    print("the oracle hears:", *await heard.get())
    node.stop(me)
    node.close()


asyncio.run(main(*sys.argv[1:]))
