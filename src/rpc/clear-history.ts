import { create } from "@bufbuild/protobuf";
import { type Empty, EmptySchema } from "@bufbuild/protobuf/wkt";
import type { ClearHistoryRequest } from "../../gen/v1/service_pb.js";
import { HubError } from "../errors.js";
import type { HistoryClearing } from "../history/clearing.js";
import { answered } from "./answered.js";
import { queryOf } from "./selector.js";

const EXAMPLE = 'say what to clear, for example {"selector": {"planId": "home"}}';

/**
 * `v1.Backrest/ClearHistory`: hides operations from readers of the hub. Machines and their snapshots are not touched.
 * Errors: `invalid_argument` for a selector that names nothing: at a hub that would be everybody's history.
 */
export function clearHistory(clearing: HistoryClearing, request: ClearHistoryRequest): Promise<Empty> {
  return answered(async () => {
    const query = queryOf(request.selector, EXAMPLE);
    if (Object.keys(query).length === 0) {
      throw new HubError("invalid_argument", `an empty selector would clear the history of all machines; ${EXAMPLE}`);
    }
    await clearing.clear({ query, onlyFailed: request.onlyFailed });
    return create(EmptySchema);
  });
}
