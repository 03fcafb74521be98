import { create } from "@bufbuild/protobuf";
import { durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  CreatePairingTokenResponseSchema,
  type CreatePairingTokenRequest,
  type CreatePairingTokenResponse,
  PairingService,
  type PairingToken,
  PairingTokenSchema,
  PairingTokenStatus,
} from "../../gen/hub/v1/pairing_pb.js";
import { callerName } from "../access/caller.js";
import type { NewToken, Pairing } from "../connections/pairing.js";
import type { TokenWishes } from "../connections/token-wishes.js";
import { parsePairingToken } from "../fleet/pairing-token.js";
import { isExpired, isUsedUp, type PairingTokenRecord } from "../store/pairing.js";
import { answered } from "./answered.js";

export interface PairingRoutesParts {
  readonly pairing: Pairing;
  readonly now: () => number;
}

/** `hub.v1.PairingService`: tokens with which machines let themselves in. */
export function pairingRoutes(router: ConnectRouter, { pairing, now }: PairingRoutesParts): void {
  router.service(PairingService, {
    createPairingToken: (request, { values }) =>
      answered(async () => createdMessage(await pairing.create(wishesOf(request, callerName(values))), now())),
    listPairingTokens: () =>
      answered(async () => ({ tokens: (await pairing.list()).map((token) => tokenMessage(token, now())) })),
    revokePairingToken: ({ id }) =>
      answered(async () => ({ token: tokenMessage(await pairing.revoke(Number(id)), now()) })),
  });
}

function wishesOf(request: CreatePairingTokenRequest, createdBy: string): TokenWishes {
  const { label, ttl, maxUses, forInstance, permissions } = request;
  return {
    label,
    createdBy,
    ...(ttl === undefined ? {} : { ttlMs: durationMs(ttl) }),
    ...(maxUses === undefined ? {} : { maxUses }),
    ...(forInstance === undefined ? {} : { forInstance }),
    grants: permissions,
  };
}

/** The one message that holds the secret. */
function createdMessage({ token, text }: NewToken, nowMs: number): CreatePairingTokenResponse {
  const parts = parsePairingToken(text);
  return create(CreatePairingTokenResponseSchema, { token: tokenMessage(token, nowMs), text, ...parts });
}

function tokenMessage(token: PairingTokenRecord, nowMs: number): PairingToken {
  const { label, createdBy, uses, forInstance, grants, createdMs, expiresMs, lastUsedMs } = token;
  return create(PairingTokenSchema, {
    id: BigInt(token.id),
    label,
    createdAt: timestampFromMs(createdMs),
    createdBy,
    ...(expiresMs === undefined ? {} : { expiresAt: timestampFromMs(expiresMs) }),
    maxUses: token.maxUses ?? 0,
    uses,
    ...(lastUsedMs === undefined ? {} : { lastUsedAt: timestampFromMs(lastUsedMs) }),
    ...(forInstance === undefined ? {} : { forInstance }),
    permissions: grants.map(({ type, scopes }) => ({ type, scopes: [...scopes] })),
    status: statusOf(token, nowMs),
    usedBy: [...token.usedBy],
  });
}

function statusOf(token: PairingTokenRecord, nowMs: number): PairingTokenStatus {
  if (isUsedUp(token)) return PairingTokenStatus.USED_UP;
  return isExpired(token, nowMs) ? PairingTokenStatus.EXPIRED : PairingTokenStatus.GOOD;
}
