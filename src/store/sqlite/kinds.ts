/** The field of `v1.Operation` that makes it a backup. */
export const KIND_BACKUP = 100;
/** The field of `v1.Operation` that makes it a hook's run; its parent is a number of the peer's. */
export const KIND_RUN_HOOK = 106;
