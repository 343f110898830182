import httpx
import json

async def stream_chat(message: str):
    url = "http://localhost:8000/api/v1/conversation/chat-stream"
    
    async with httpx.AsyncClient() as client:
        async with client.stream("POST", url, json={"message": message}) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    
                    if event["type"] == "text":
                        print(event["data"], end="", flush=True)
                    elif event["type"] == "done":
                        print("\n✅ Complete")

import asyncio
asyncio.run(stream_chat("I need a high-availability web application"))
