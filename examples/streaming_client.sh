#!/usr/bin/env bash
# Streams a chat answer with curl alone; with jq the words, without it the events as they come.
#
#   examples/streaming_client.sh "Create a microservices platform"
#
# AI_CDN_URL names the server (http://localhost:8000), AI_CDN_TOKEN an API token where one is needed.
set -euo pipefail

url=${AI_CDN_URL:-http://localhost:8000}
message=${*:-Create a microservices platform}
escaped=$(printf '%s' "$message" | sed 's/\\/\\\\/g; s/"/\\"/g')
auth=()
if [ -n "${AI_CDN_TOKEN:-}" ]; then auth=(-H "Authorization: Bearer $AI_CDN_TOKEN"); fi

# -N: no buffering, so that each word is printed when it arrives.
chat() {
  curl -N --silent --show-error --fail-with-body -X POST "$url/api/v1/conversation/chat-stream" \
    -H "Content-Type: application/json" ${auth[@]+"${auth[@]}"} -d "{\"message\": \"$escaped\"}"
}

if command -v jq > /dev/null; then
  chat | sed -un 's/^data: //p' | jq --unbuffered -j '
    if .type == "text" then .data
    elif .type == "blueprint" then "\nBlueprint: \(.data.name), \(.data.resources | length) resources\n"
    elif .type == "warning" then "\n[warning] \(.data)\n"
    elif .type == "error" then error(.data)
    elif .type == "done" then "\n✅ Complete (\(.model))\n"
    else empty end'
else
  chat
fi
