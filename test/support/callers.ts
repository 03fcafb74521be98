import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { AccessService, Role } from "../../gen/hub/v1/access_pb.js";
import type { TestHub } from "./test-hub.js";

export const PASSWORD = "correct horse battery";
export const ROLES = { viewer: Role.VIEWER, operator: Role.OPERATOR, admin: Role.ADMIN } as const;
export type RoleName = keyof typeof ROLES;
export type Protocol = "connect" | "grpc" | "grpc-web";

/** Calls with these headers, in any of the three protocols. */
export function transportWith(
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
  protocol: Protocol = "connect",
): Transport {
  const add: NonNullable<Parameters<typeof createGrpcTransport>[0]["interceptors"]>[number] = (next) => (request) => {
    for (const [name, value] of Object.entries(headers)) request.header.set(name, value);
    return next(request);
  };
  const options = { baseUrl, interceptors: [add] };
  switch (protocol) {
    case "connect":
      return createConnectTransport({ ...options, httpVersion: "1.1" });
    case "grpc":
      return createGrpcTransport(options);
    case "grpc-web":
      return createGrpcWebTransport({ ...options, httpVersion: "1.1" });
  }
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

export function basic(name: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

/** `AccessService` as its holder of the admin token calls it. */
export function adminOf(hub: Pick<TestHub, "url" | "token">): Client<typeof AccessService> {
  return createClient(AccessService, transportWith(hub.url, bearer(hub.token)));
}

/** The text of a new access token with this role. */
export async function tokenFor(hub: TestHub, role: RoleName, name: string = role): Promise<string> {
  return (await adminOf(hub).createAccessToken({ name, role: ROLES[role] })).text;
}

export async function addUser(
  hub: Pick<TestHub, "url" | "token">,
  name: string,
  role: RoleName,
  password = PASSWORD,
): Promise<void> {
  await adminOf(hub).addUser({ name, role: ROLES[role], password });
}
