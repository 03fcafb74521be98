import { expect, test } from "@jest/globals";
import { type RunningPort, usePorts } from "./port-harness.js";

const ports = usePorts();
const RPC = "/v1.Backrest/PathAutocomplete";
const ORIGIN = "https://dash.example";

test("PORT22: a named origin may call: the preflight says what, and answers show what its scripts may see", async () => {
  const port = await ports.start({ allowOrigins: [`${ORIGIN}/`] });
  const preflight = await ask(port, "OPTIONS", { "access-control-request-method": "POST" });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
  for (const name of ["authorization", "connect-protocol-version", "x-grpc-web", "content-type"]) {
    expect(allowed).toContain(name);
  }
  const answer = await ask(port, "POST", { "content-type": "application/json" }, '{"value":"abc"}');
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(answer.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("grpc-status");
  expect(answer.headers.get("vary")).toContain("Origin");
});

test("PORT22: no origin may call unless it is named, and a named one over HTTP/2 too", async () => {
  const unnamed = await ports.start();
  const preflight = await ask(unnamed, "OPTIONS", { "access-control-request-method": "POST" });
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  const other = await ports.start({ allowOrigins: ["https://other.example", "http://dash.example"] });
  const answer = await ask(other, "POST", { "content-type": "application/json" }, "{}");
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  const named = await ports.start({ allowOrigins: [ORIGIN] });
  const session = ports.http2(named);
  const stream = session.request({
    ":method": "OPTIONS",
    ":path": RPC,
    origin: ORIGIN,
    "access-control-request-method": "POST",
  });
  const headers = await new Promise<Record<string, unknown>>((resolve) => {
    stream.once("response", (received) => resolve({ ...received }));
  });
  expect(headers).toMatchObject({ ":status": 204, "access-control-allow-origin": ORIGIN });
});

test("BRD138: no answer to a call is kept by a browser or a proxy, or taken for another kind", async () => {
  const port = await ports.start();
  for (const body of ['{"value":"abc"}', "not json"]) {
    const { headers } = await ask(port, "POST", { "content-type": "application/json" }, body);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

function ask(port: RunningPort, method: string, headers: Record<string, string>, body?: string): Promise<Response> {
  const init = { method, headers: { origin: ORIGIN, connection: "close", ...headers } };
  return fetch(`http://${port.authority}${RPC}`, body === undefined ? init : { ...init, body });
}
