import { localUrl, type BannerParts } from "../banner.js";
import { CAST, PARTS } from "./cast.js";

/** What to look at, for a person who has just started the demo. */
export function guide({ url, version, directory }: BannerParts, newcomer: string, stays: boolean): string {
  const { directory: path, adminToken } = directory.paths;
  const dataDir = `--data-dir ${path}`;
  const address = localUrl(url).replace(/^https?:\/\//, "");
  const width = Math.max(...CAST.map(({ instanceId }) => instanceId.length));
  return [
    `Backrest Hub ${version} listens at ${url}, with a simulated fleet of ${CAST.length} and 90 days of its history:`,
    "",
    ...CAST.map(({ instanceId, part }) => `  ${instanceId.padEnd(width)}  ${PARTS[part]}`),
    "",
    "Look at it from another terminal:",
    `  npx backrest-hub fleet ${dataDir}`,
    `  npx backrest-hub states ${dataDir}`,
    `  npx backrest-hub states --watch ${dataDir}`,
    `  npx backrest-hub peers list ${dataDir}`,
    "Let the newcomer in, and it connects within half a minute:",
    `  npx backrest-hub peers approve ${newcomer} ${dataDir}`,
    "Read what is backed up, and follow what happens, with grpcurl:",
    `  TOKEN=$(cat ${adminToken})`,
    `  grpcurl -plaintext -H "Authorization: Bearer $TOKEN" -d '{"selector": {}, "lastN": 10}' ${address} v1.Backrest/GetOperations`,
    `  grpcurl -plaintext -H "Authorization: Bearer $TOKEN" ${address} v1.Backrest/GetOperationEvents`,
    `  grpcurl -plaintext -H "Authorization: Bearer $TOKEN" ${address} v1sync.BackrestSyncStateService/GetPeerSyncStatesStream`,
    "(the last one shows their settings, too, with all passwords hidden).",
    "",
    stays ? `Ctrl+C ends it; its data stays in ${path}.` : "Ctrl+C ends it, and its data goes away with it.",
    "",
  ].join("\n");
}
