#!/usr/bin/env python3
"""The complete workflow: list templates, get one, let the AI customise it, deploy the result, watch it.

    pip install httpx
    python examples/workflow.py

AI_CDN_URL names the server (http://localhost:8000), AI_CDN_TOKEN an API token where one is needed.
Where no target is configured the deployment is a rehearsal: nothing is touched.
"""

import asyncio
import json
import os
import sys

import httpx

URL = os.environ.get("AI_CDN_URL", "http://localhost:8000")
TOKEN = os.environ.get("AI_CDN_TOKEN")
HEADERS = {"authorization": f"Bearer {TOKEN}"} if TOKEN else {}


async def events(response: httpx.Response):
    if response.is_error:
        await response.aread()
        sys.exit(response.json()["detail"])
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            event = json.loads(line[6:])
            if event["type"] == "error":
                sys.exit(f"\n❌ {event['data']}")
            yield event


async def answer(response: httpx.Response) -> dict:
    if response.is_error:
        sys.exit(response.json()["detail"])
    return response.json()


async def deploy_from_template() -> None:
    async with httpx.AsyncClient(base_url=URL, headers=HEADERS, timeout=httpx.Timeout(10, read=None)) as client:
        print("📋 Available templates:")
        templates = (await answer(await client.get("/api/v1/templates/")))["templates"]
        for template in templates[:3]:
            print(f"  - {template['name']} ({template['complexity']})")

        print("\n🔍 Getting HA web app template...")
        template = await answer(await client.get("/api/v1/templates/ha-web-app"))
        print(f"  {len(template['blueprint']['resources'])} resources")

        print("\n🤖 AI customizing template...")
        message = "Customize ha-web-app template for e-commerce with 50k daily users"
        blueprint = template["blueprint"]
        async with client.stream("POST", "/api/v1/conversation/chat-stream", json={"message": message}) as response:
            async for event in events(response):
                if event["type"] == "text":
                    print(event["data"], end="", flush=True)
                elif event["type"] == "blueprint":
                    blueprint = event["data"]

        print("\n\n🚀 Deploying blueprint...")
        body = {"template_id": "ha-web-app", "blueprint": blueprint}
        deployment = await answer(await client.post("/api/v1/blueprints/", json=body))
        print(f"  {deployment['deployment_id']}{' (a rehearsal)' if deployment['rehearsal'] else ''}")
        async with client.stream("GET", deployment["links"]["events"]) as response:
            async for event in events(response):
                if event["type"] == "operation":
                    operation = event["data"]
                    print(f"  {operation['kind']} {operation['resource']}: {operation['state']}")
                elif event["type"] == "done":
                    print("✅ Deployed")


if __name__ == "__main__":
    try:
        asyncio.run(deploy_from_template())
    except httpx.ConnectError:
        sys.exit(f"No server answers at {URL}. Start one with: npm run dev")
