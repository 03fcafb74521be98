/**
 * The hub's id of the operation that a hook belongs to, from the peer's number in `parent_id`; an SQL expression over a
 * row `operations AS o`, null where that operation is not stored. Where the number has had several rows, the one in the
 * hook's own flow is meant, then the live one.
 */
export const PARENT_SQL = `(
  SELECT p.id FROM operations AS p
  WHERE p.peer_id = o.peer_id AND p.original_id = o.parent_id
  ORDER BY p.flow_id = o.flow_id DESC, p.removed_as = 0 DESC, p.id DESC LIMIT 1)`;
