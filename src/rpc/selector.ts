import type { OpSelector } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";
import type { OperationQuery } from "../store/store.js";

/**
 * What a selector asks for. Fields are ANDed; one that is set to an empty text is not an absent one.
 * @param example what a person can send instead of no selector
 * @throws HubError `invalid_argument` for no selector, for a field that is not known, and for ids beside other fields
 */
export function queryOf(selector: OpSelector | undefined, example: string): OperationQuery {
  if (selector === undefined) {
    throw new HubError("invalid_argument", `the request has no selector; ${example}`);
  }
  const unknown = selector.$unknown?.map(({ no }) => no) ?? [];
  if (unknown.length > 0) {
    throw new HubError(
      "invalid_argument",
      `the selector has a field that this hub does not know (number ${unknown.join(", ")}); leave it out, or update the hub`,
    );
  }
  const { ids, planId, snapshotId, flowId, instanceId, repoGuid, originalInstanceKeyid, modnoGte } = selector;
  const query: OperationQuery = {
    ...(planId === undefined ? {} : { planId }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(repoGuid === undefined ? {} : { repoGuid }),
    ...(originalInstanceKeyid === undefined ? {} : { originalInstanceKeyid }),
    ...(modnoGte === undefined ? {} : { modnoGte }),
  };
  if (ids.length === 0) return query;
  if (Object.keys(query).length > 0) {
    throw new HubError("invalid_argument", "a selector names either ids or other fields, not both");
  }
  return { ids };
}
