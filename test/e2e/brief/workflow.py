import asyncio
import httpx
import json

async def deploy_from_template():
    """Complete workflow: template → customize → deploy."""
    
    async with httpx.AsyncClient() as client:
        # 1. List templates
        print("📋 Available templates:")
        resp = await client.get("http://localhost:8000/api/v1/templates/")
        templates = resp.json()["templates"]
        for t in templates[:3]:
            print(f"  - {t['name']} ({t['complexity']})")
        
        # 2. Get specific template
        print("\n🔍 Getting HA web app template...")
        resp = await client.get("http://localhost:8000/api/v1/templates/ha-web-app")
        template = resp.json()["blueprint"]
        
        # 3. Customize via streaming AI
        print("\n🤖 AI customizing template...")
        async with client.stream(
            "POST",
            "http://localhost:8000/api/v1/conversation/chat-stream",
            json={
                "message": "Customize ha-web-app template for e-commerce with 50k daily users"
            }
        ) as stream_resp:
            async for line in stream_resp.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    if event["type"] == "text":
                        print(event["data"], end="", flush=True)
        
        # 4. Deploy
        print("\n\n🚀 Deploying blueprint...")
        # (deployment code here)

asyncio.run(deploy_from_template())
