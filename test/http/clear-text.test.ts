import { Code, type ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "@jest/globals";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { type RunningPort, usePorts } from "./port-harness.js";
import { TOKEN } from "./test-services.js";

const ports = usePorts();
/** A caller from another machine, as the trusted proxy on this one names it. */
const AFAR = { "x-forwarded-for": "203.0.113.5", "x-forwarded-proto": "http" };
const AFAR_HTTPS = { ...AFAR, "x-forwarded-proto": "https" };
const trustedProxies = ["127.0.0.1"];

test("PORT20: a token or a password in clear text from another machine is refused with the three ways out", async () => {
  const port = await ports.start({ trustedProxies });
  const { backrest, authentication } = clients(port);
  const ways = /--tls-cert.*--trusted-proxies.*--allow-clear-text-clients/;
  const token = { headers: { ...AFAR, authorization: TOKEN } };
  await expect(backrest.pathAutocomplete({ value: "x" }, token)).rejects.toMatchObject({
    code: Code.FailedPrecondition,
    message: expect.stringMatching(ways),
  });
  await expect(authentication.login({ username: "a", password: "b" }, { headers: AFAR })).rejects.toThrow(ways);
  await expect(authentication.hashPassword({ value: "b" }, { headers: AFAR })).rejects.toThrow(ways);
  const grpc = createGrpcTransport({ baseUrl: `http://${port.authority}`, idleConnectionTimeoutMs: 50 });
  await expect(createClient(Authentication, grpc).login({}, { headers: AFAR })).rejects.toThrow(ways);
  const plain = await fetch(`http://${port.authority}/healthz`, { headers: { connection: "close", ...token.headers } });
  expect(plain.status).toBe(403);
  expect(await plain.text()).toMatch(ways);
});

test("PORT20: the same is served over https at the proxy, from a named network, and from this machine", async () => {
  const port = await ports.start({ trustedProxies });
  const { backrest, authentication } = clients(port);
  const token = { authorization: TOKEN };
  const afar = await backrest.pathAutocomplete({ value: "x" }, { headers: { ...token, ...AFAR_HTTPS } });
  expect(afar.values.slice(1, 4)).toEqual(["203.0.113.5", "true", "false"]);
  await authentication.login({ username: "a" }, { headers: AFAR_HTTPS });
  const local = await backrest.pathAutocomplete({ value: "x" }, { headers: token });
  expect(local.values.slice(1, 4)).toEqual(["127.0.0.1", "false", "true"]);
  const named = await ports.start({ trustedProxies, allowClearTextClients: ["203.0.113.0/24"] });
  await clients(named).authentication.login({ username: "a" }, { headers: AFAR });
});

test("PORT20: what carries no secret is served in clear text; a proxy that nobody named is none", async () => {
  const port = await ports.start({ trustedProxies });
  const { values } = await clients(port).backrest.pathAutocomplete({ value: "x" }, { headers: AFAR });
  expect(values[1]).toBe("203.0.113.5");
  const unnamed = await ports.start();
  const spoofed = clients(unnamed).backrest.pathAutocomplete(
    { value: "x" },
    { headers: { ...AFAR_HTTPS, authorization: TOKEN } },
  );
  await expect(spoofed).rejects.toMatchObject({ code: Code.FailedPrecondition });
});

test("PORT21: a hub that wants TLS refuses clear text from other machines with words, whatever it carries", async () => {
  const port = await ports.start({ trustedProxies, requireTls: true, allowClearTextClients: ["203.0.113.0/24"] });
  const { backrest } = clients(port);
  const refusal = await backrest.pathAutocomplete({}, { headers: AFAR }).catch((error: ConnectError) => error.message);
  expect(refusal).toMatch(/only served over TLS/);
  const plain = await fetch(`http://${port.authority}/healthz`, { headers: { connection: "close", ...AFAR } });
  expect([plain.status, await plain.text()]).toEqual([403, expect.stringMatching(/only served over TLS/)]);
  await backrest.pathAutocomplete({}, { headers: AFAR_HTTPS });
  await backrest.pathAutocomplete({});
});

function clients(port: RunningPort) {
  const options = { baseUrl: `http://${port.authority}`, httpVersion: "1.1", nodeOptions: { agent: false } } as const;
  const transport = createConnectTransport(options);
  return { backrest: createClient(Backrest, transport), authentication: createClient(Authentication, transport) };
}
