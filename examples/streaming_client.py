#!/usr/bin/env python3
"""Streams a chat answer, or with --generate a blueprint.

    pip install httpx
    python examples/streaming_client.py "I need a high-availability web application"
    python examples/streaming_client.py --generate "Kubernetes microservices platform with monitoring" > blueprint.json

Words go to the terminal as they arrive; the blueprint, when there is one, to the standard output if that is a file.
AI_CDN_URL names the server (http://localhost:8000), AI_CDN_TOKEN an API token where one is needed.
"""

import asyncio
import json
import os
import sys

import httpx

URL = os.environ.get("AI_CDN_URL", "http://localhost:8000")
TOKEN = os.environ.get("AI_CDN_TOKEN")
HEADERS = {"authorization": f"Bearer {TOKEN}"} if TOKEN else {}


async def stream(path: str, body: dict):
    """Yields each event of a conversation. Models may think for a while, so there is no read timeout."""
    async with httpx.AsyncClient(base_url=URL, headers=HEADERS, timeout=httpx.Timeout(10, read=None)) as client:
        async with client.stream("POST", f"/api/v1/conversation/{path}", json=body) as response:
            if response.is_error:
                await response.aread()
                sys.exit(response.json()["detail"])
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


async def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--generate"]
    text = " ".join(words) or "I need a high-availability web application"
    generate = "--generate" in sys.argv
    events = stream("generate-blueprint-stream", {"description": text}) if generate else stream("chat-stream", {"message": text})
    blueprint = None
    async for event in events:
        match event["type"]:
            case "intent":
                print(f"[{event['data']['intent']}, {event['data']['confidence']:.0%} sure]", file=sys.stderr)
            case "text":
                print(event["data"], end="", flush=True, file=sys.stderr)
            case "status" | "warning" | "restart":
                print(f"\n[{event['type']}] {event['data']}", file=sys.stderr)
            case "blueprint":
                blueprint = event["data"]
            case "error":
                sys.exit(f"\n{event['data']} (request {event['request_id']})")
            case "done":
                print(f"\n✅ Complete ({event['model']})", file=sys.stderr)
    if blueprint is not None:
        print(f"Blueprint: {blueprint['name']}, {len(blueprint['resources'])} resources", file=sys.stderr)
        if not sys.stdout.isatty():
            print(json.dumps(blueprint, indent=2))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except httpx.ConnectError:
        sys.exit(f"No server answers at {URL}. Start one with: npm run dev")
