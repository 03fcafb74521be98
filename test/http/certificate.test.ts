import { once } from "node:events";
import { copyFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { type RunningPort, usePorts } from "./port-harness.js";

const directories: string[] = [];
const ports = usePorts();

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

test("PORT23: a changed certificate is used for new connections; those that are open stay", async () => {
  const { port, put } = await startWith("first");
  const before = await dial(port);
  const first = fingerprint(before);
  await put("second");
  await changed(port, first);
  expect(port.lines.filter((line) => line.includes("get the changed certificate"))).toHaveLength(1);
  before.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [answer] = (await once(before, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
});

test("PORT23: a bad new file keeps the certificate before, is logged once, and a good one is taken again", async () => {
  const { port, put, cert, key } = await startWith("first");
  const first = fingerprint(await dial(port));
  await writeFile(`${cert}.new`, "this is no certificate");
  await rename(`${cert}.new`, cert);
  await delay(150);
  expect(fingerprint(await dial(port))).toBe(first);
  expect(complaints(port)).toBe(1);
  await replace(cert, "test/data/tls/second.cert.pem");
  await delay(150);
  expect(fingerprint(await dial(port))).toBe(first);
  expect(complaints(port)).toBe(2);
  await rm(key);
  await delay(150);
  expect(complaints(port)).toBe(3);
  await put("second");
  await changed(port, first);
});

test("PORT23: a certificate that cannot be used at the start is refused with words", async () => {
  const tls = { certFile: "test/data/tls/first.cert.pem", keyFile: "test/data/tls/second.key.pem" };
  await expect(ports.start({ tls })).rejects.toThrow(/first\.cert\.pem.*second\.key\.pem cannot be used/);
  await expect(ports.start({ tls: { ...tls, keyFile: "nowhere.pem" } })).rejects.toThrow(/ENOENT/);
});

async function startWith(name: string) {
  const directory = await mkdtemp(join(tmpdir(), "hub-tls-"));
  directories.push(directory);
  const cert = join(directory, "cert.pem");
  const key = join(directory, "key.pem");
  const put = async (which: string): Promise<void> => {
    await replace(key, `test/data/tls/${which}.key.pem`);
    await replace(cert, `test/data/tls/${which}.cert.pem`);
  };
  await put(name);
  const port = await ports.start({ tls: { certFile: cert, keyFile: key, lookEveryMs: 20 } });
  return { port, put, cert, key };
}

async function replace(file: string, by: string): Promise<void> {
  await copyFile(by, `${file}.new`);
  await rename(`${file}.new`, file);
}

async function dial(port: RunningPort): Promise<TLSSocket> {
  const socket = ports.track(connectTls({ host: "127.0.0.1", port: port.number, rejectUnauthorized: false }));
  await once(socket, "secureConnect");
  return socket;
}

function fingerprint(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256;
}

async function changed(port: RunningPort, from: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = await dial(port);
    if (fingerprint(socket) !== from) return;
    socket.destroy();
    await delay(20);
  }
  throw new Error("the certificate did not change");
}

function complaints(port: RunningPort): number {
  return port.lines.filter((line) => line.includes("cannot be used")).length;
}
