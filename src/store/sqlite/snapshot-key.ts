/**
 * A 32-bit hash (FNV-1a over UTF-16 code units) of a snapshot id, 0 for the empty one. It is stored, so it never
 * changes; what it finds is compared with the whole id.
 */
export function snapshotKey(snapshotId: string): number {
  if (snapshotId === "") return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < snapshotId.length; i++) {
    hash = Math.imul(hash ^ snapshotId.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
