import { expect, test } from "vitest";
import { faultOfStatus } from "../../src/llm/fault.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const fault = (status: number, body = "", headers: Record<string, string> = {}) =>
  faultOfStatus("m", status, new Headers(headers), body, NOW);

test("a refusal is told by its status, and by its text where the status says little", () => {
  const cases: [number, string, string][] = [
    [400, '{"error":{"code":"context_length_exceeded"}}', "context_too_long"],
    [
      400,
      '{"error":{"type":"exceed_context_size_error","message":"the request exceeds the available context size"}}',
      "context_too_long",
    ],
    [
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens"}}',
      "context_too_long",
    ],
    [413, "", "context_too_long"],
    [400, '{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}', "content_filter"],
    [403, '{"error":{"message":"Your input was flagged"}}', "content_filter"],
    [400, '{"error":{"message":"messages: roles must alternate"}}', "refused"],
    [401, "", "refused"],
    [403, "", "refused"],
    [404, "model not found", "refused"],
    [302, "", "refused"],
    [408, "", "overloaded"],
    [429, '{"error":{"message":"maximum context tokens per minute"}}', "rate_limited"],
    [429, '{"error":{"code":"insufficient_quota"}}', "refused"],
    [500, "context length", "overloaded"],
    [503, "", "overloaded"],
    [529, '{"error":{"type":"overloaded_error"}}', "overloaded"],
  ];
  for (const [status, body, code] of cases) expect([status, body, fault(status, body).code]).toEqual([status, body, code]);
});

test("Retry-After is read as seconds, as a date and in milliseconds, and never as anything else", () => {
  const wait = (headers: Record<string, string>, status = 429) => fault(status, "", headers).retry_after_ms;
  expect(wait({ "retry-after": "2" })).toBe(2_000);
  expect(wait({ "retry-after": "0.5" })).toBe(500);
  expect(wait({ "retry-after": "Sun, 22 Nov 2026 12:00:07 GMT" })).toBe(7_000);
  expect(wait({ "retry-after": "Sun, 22 Nov 2026 11:00:00 GMT" })).toBe(0);
  expect(wait({ "retry-after": "60", "retry-after-ms": "1500" })).toBe(1_500);
  expect(wait({ "retry-after": "soon" })).toBeUndefined();
  expect(wait({ "retry-after": "3" }, 503)).toBe(3_000);
  expect(wait({ "retry-after": "3" }, 401)).toBeUndefined();
});

test("no message repeats what the upstream wrote", () => {
  for (let status = 300; status < 600; status++) {
    expect(fault(status, '{"error":{"message":"leaked-key context_length flagged insufficient_quota"}}').message).not.toContain(
      "leaked",
    );
  }
});
