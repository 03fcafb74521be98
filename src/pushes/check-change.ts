import { toBinary } from "@bufbuild/protobuf";
import { type Repo, RepoSchema } from "../../gen/v1/config_pb.js";
import {
  type SyncStreamItem_SyncActionSetConfig as SetConfig,
  SyncStreamItem_SyncActionSetConfigSchema as SetConfigSchema,
} from "../../gen/v1sync/syncservice_pb.js";
import { assertId } from "../dialect/ids.js";
import { HubError } from "../errors.js";
import { isEmptyChange } from "../fleet/push-change.js";

/** As large as a configuration that a peer may send. */
const MAX_CHANGE_BYTES = 512 << 10;
const MAX_REPO_BYTES = 64 << 10;
/** restic's id of a repository. */
const GUID = /^[0-9a-f]{64}$/;

/**
 * What a Backrest would refuse, with the loss of its session, is refused here.
 * @throws HubError `invalid_argument`, `resource_exhausted`
 */
export function checkChange(change: SetConfig): void {
  if (isEmptyChange(change)) {
    throw new HubError("invalid_argument", "there is nothing to push: name repos or plans to change or to delete");
  }
  if (toBinary(SetConfigSchema, change).length > MAX_CHANGE_BYTES) {
    throw new HubError("resource_exhausted", `a push may hold ${MAX_CHANGE_BYTES >> 10} KiB; push less at once`);
  }
  for (const repo of change.repos) checkRepo(repo);
  for (const plan of change.plans) {
    checkId("plan", plan.id);
    checkId(`repo of the plan "${plan.id}"`, plan.repo);
  }
  for (const id of change.reposToDelete) checkId("repo", id);
  for (const id of change.plansToDelete) checkId("plan", id);
  assertDistinct("repo", [...change.repos.map(({ id }) => id), ...change.reposToDelete]);
  assertDistinct(
    "guid",
    change.repos.map(({ guid }) => guid),
  );
  assertDistinct("plan", [...change.plans.map(({ id }) => id), ...change.plansToDelete]);
}

/** @throws HubError `invalid_argument`, `resource_exhausted` */
export function checkRepo(repo: Repo): void {
  const { id, uri, guid } = repo;
  checkId("repo", id);
  if (toBinary(RepoSchema, repo).length > MAX_REPO_BYTES) {
    throw new HubError("resource_exhausted", `the repo "${id}" is larger than ${MAX_REPO_BYTES >> 10} KiB`);
  }
  if (uri === "") throw new HubError("invalid_argument", `the repo "${id}" needs a uri, where restic finds it`);
  if (GUID.test(guid)) return;
  throw new HubError(
    "invalid_argument",
    `the repo "${id}" needs its guid, the 64 hexadecimal digits by which machines recognise it: \`restic cat config\` shows it as "id", and so does the config.json of a machine that has the repo`,
  );
}

function checkId(what: string, id: string): void {
  try {
    assertId(`${what} id`, id);
  } catch (reason) {
    throw new HubError("invalid_argument", HubError.from(reason).message);
  }
}

function assertDistinct(what: string, ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new HubError("invalid_argument", `the ${what} "${twice}" is named twice in one push`);
}
