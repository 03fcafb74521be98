import { create } from "@bufbuild/protobuf";
import { type SummaryDashboardResponse, SummaryDashboardResponseSchema } from "../../gen/v1/service_pb.js";
import type { Dashboard } from "../history/dashboard.js";
import { answered } from "./answered.js";

/** Where the hub keeps its things, for the foot of the page. */
export interface DashboardPaths {
  readonly configPath: string;
  readonly dataPath: string;
}

/** `v1.Backrest/GetSummaryDashboard`: a card for each plan and repo of each machine. */
export function getSummaryDashboard(dashboard: Dashboard, paths: DashboardPaths): Promise<SummaryDashboardResponse> {
  return answered(async () => {
    const { plans, repos } = await dashboard.summaries();
    return create(SummaryDashboardResponseSchema, {
      planSummaries: [...plans],
      repoSummaries: [...repos],
      ...paths,
    });
  });
}
