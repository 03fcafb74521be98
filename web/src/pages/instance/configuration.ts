import { toJson } from "@bufbuild/protobuf";
import { type RemoteConfig, RemoteConfigSchema } from "../../../../gen/v1sync/syncservice_pb.js";

/** What the hub puts in the place of a secret. */
const MASK = "***hidden***";

/** What a machine shows of its configuration, as the text of a file; secrets are masked in it. */
export function configurationText(config: RemoteConfig): string {
  return JSON.stringify(toJson(RemoteConfigSchema, config), undefined, 2);
}

/** The text between masks: there is one between each two parts. */
export function betweenMasks(text: string): string[] {
  return text.split(MASK);
}

/** A machine that may not show its configuration sends an empty one. */
export function showsAnything(config: RemoteConfig | undefined): config is RemoteConfig {
  return config !== undefined && (config.repos.length > 0 || config.plans.length > 0);
}
