import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { kConnection, type RequestConnection } from "../../src/request-context.js";
import { Authentication } from "../../gen/v1/authentication_pb.js";
import { Backrest } from "../../gen/v1/service_pb.js";
import { BackrestSyncService } from "../../gen/v1sync/syncservice_pb.js";

export const TOKEN = "Bearer good";

/** Handlers of calls that were finalised, by the name of their rpc. */
export const finalised: string[] = [];

/** A stand-in for the hub's own gate: whoever shows the token is known. */
export function testGate(context: HandlerContext): void {
  if (context.requestHeader.get("authorization") === TOKEN) connectionOf(context).authenticated();
}

export function connectionOf(context: HandlerContext): RequestConnection {
  const connection = context.values.get(kConnection);
  if (connection === undefined) throw new Error("no connection in the context");
  return connection;
}

/**
 * Sync echoes each item; pathAutocomplete says what the hub knows of its caller; getLogs streams as many megabytes as
 * the ref says; getOperationEvents waits until the caller leaves.
 */
export function testRoutes(router: ConnectRouter): void {
  router.rpc(BackrestSyncService.method.sync, async function* sync(items, context) {
    for await (const item of items) {
      if (item.action.case === "handshake") connectionOf(context).authenticated();
      yield item;
    }
  });
  router.rpc(Backrest.method.pathAutocomplete, ({ value }, context) => {
    const { address, encrypted, loopback, userAgent } = connectionOf(context);
    return { values: [`${value.length}`, address, `${encrypted}`, `${loopback}`, userAgent] };
  });
  router.rpc(Backrest.method.getLogs, async function* getLogs({ ref }) {
    try {
      for (let sent = 0; sent < Number(ref); sent++) yield { value: new Uint8Array(1024 * 1024) };
    } finally {
      finalised.push("getLogs");
    }
  });
  router.rpc(Backrest.method.getOperationEvents, async function* getOperationEvents(_request, context) {
    yield {};
    await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve(), { once: true }));
    finalised.push("getOperationEvents");
  });
  router.rpc(Authentication.method.hashPassword, ({ value }) => ({ value: `hash of ${value.length}` }));
  router.rpc(Authentication.method.login, ({ username }) => ({ token: `token of ${username}` }));
}
