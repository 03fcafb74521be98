import type { InstanceHealth } from "../../../gen/hub/v1/fleet_pb.js";

/** Something that has a name and a page. */
export interface Found {
  readonly name: string;
  /** For a person: "machine", "plan on praxis-nas". */
  readonly kind: string;
  /** Within the page. */
  readonly path: string;
}

const MOST = 12;

/** Machines first, then plans, then repos. */
export function findable(machines: Iterable<InstanceHealth>): readonly Found[] {
  const found: Found[][] = [[], [], []];
  const repos = new Set<string>();
  for (const { instanceId, plans } of machines) {
    const path = `/machines/${encodeURIComponent(instanceId)}`;
    found[0]?.push({ name: instanceId, kind: "machine", path });
    for (const { planId, repoId } of plans) {
      found[1]?.push({ name: planId, kind: `plan on ${instanceId}`, path });
      if (repoId !== "") repos.add(repoId);
    }
  }
  for (const repo of repos)
    found[2]?.push({ name: repo, kind: "repo, its history", path: `/history?repo=${encodeURIComponent(repo)}` });
  return found.flat();
}

/** Names that begin with the text go before those that only have it. */
export function find(all: readonly Found[], text: string): Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const rank = ({ name }: Found) => {
    const at = name.toLowerCase().indexOf(wanted);
    return at === -1 ? undefined : Math.min(at, 1);
  };
  const ranked = all.flatMap((found) => {
    const place = rank(found);
    return place === undefined ? [] : [{ found, place }];
  });
  return ranked
    .toSorted((a, b) => a.place - b.place)
    .slice(0, MOST)
    .map(({ found }) => found);
}
