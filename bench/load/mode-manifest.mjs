import { ITEM, manifestItem, Peer, requestedIds } from "./peer.mjs";
import { round, watch } from "./measure.mjs";

/** One peer tells of a history of `ops` operations; ends with the first request for some of them. */
export async function run(o) {
  const [identity] = o.identities();
  const ids = Array.from({ length: o.ops }, (_, i) => i + 1);
  const asked = Promise.withResolvers();
  const peer = new Peer(identity, o.url, { onItem: (f, body) => { if (f === ITEM.requestData) asked.resolve(requestedIds(body).length); } });
  await peer.open();
  const item = manifestItem(ids, ids), stop = watch(o), t0 = performance.now();
  peer.send(item);
  const failed = peer.ended.then((why) => { throw new Error("session ended: " + why); });
  const first = await Promise.race([asked.promise, failed]);
  const ms = performance.now() - t0, m = stop();
  failed.catch(() => {});
  peer.close();
  return { ok: true, ids: o.ops, firstRequestMs: round(ms), firstRequestIds: first, ...m };
}
