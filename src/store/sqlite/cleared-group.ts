/** Whether the `group_id` of a row says that the operation was cleared at the hub. */
export function isCleared(groupId: bigint): boolean {
  return groupId < 0n;
}

/** The group that the row belongs to, cleared or not. */
export function groupIdOf(groupId: bigint): bigint {
  return groupId < 0n ? -groupId : groupId;
}

/** The `group_id` of a row that belongs to `groupId` and is as visible as the one that it takes the place of. */
export function groupIdLike(storedGroupId: bigint, groupId: bigint): bigint {
  return isCleared(storedGroupId) ? -groupId : groupId;
}
