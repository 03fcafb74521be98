/** The most that one answer with operations may take. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** The most that a page of the history takes, but for its first operation. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** The most operations of one answer; usual ones are about 600 bytes each. */
export const MAX_ANSWER_OPERATIONS = 50_000;
/** The most ids that one query names. */
export const MAX_QUERY_IDS = 10_000;
/** The most operations that a search finds without reading them. */
export const MAX_FOUND_OPERATIONS = 1_000_000;
