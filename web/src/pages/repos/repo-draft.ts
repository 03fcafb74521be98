import { create, fromJsonString, toJson } from "@bufbuild/protobuf";
import { type Repo, RepoSchema } from "../../../../gen/v1/config_pb.js";
import { MASK } from "./entry-lines.js";

/** A repo that nobody has entered yet. Every machine that has a schedule for it prunes and checks: none has one. */
export function emptyRepo(): Repo {
  const off = { schedule: { schedule: { case: "disabled", value: true } } } as const;
  return create(RepoSchema, { prunePolicy: off, checkPolicy: off });
}

/** As it stands in a Backrest's file; secrets are masked in it. */
export function repoText(repo: Repo): string {
  return JSON.stringify(toJson(RepoSchema, repo), undefined, 2);
}

/** @throws Error that says what is wrong with the text */
export function parseRepo(text: string): Repo {
  return fromJsonString(RepoSchema, text, { ignoreUnknownFields: true });
}

/** What a person enters of a repo; the rest of it stands in its text. */
export interface RepoFields {
  readonly id: string;
  readonly uri: string;
  readonly guid: string;
  /** Empty: as it was. */
  readonly password: string;
  /** A line each. */
  readonly env: string;
  readonly flags: string;
}

export function fieldsOf(repo: Repo): RepoFields {
  return {
    id: repo.id,
    uri: repo.uri,
    guid: repo.guid,
    password: "",
    env: repo.env.join("\n"),
    flags: repo.flags.join("\n"),
  };
}

/** The repo with what was entered; a password that was not touched stays masked, for the hub to keep. */
export function withFields(repo: Repo, fields: RepoFields): Repo {
  const { id, uri, guid, password, env, flags } = fields;
  return create(RepoSchema, {
    ...repo,
    id: id.trim(),
    uri: uri.trim(),
    guid: guid.trim(),
    password: password === "" ? repo.password : password,
    env: linesOf(env),
    flags: linesOf(flags),
  });
}

export function hasSecret({ password }: Pick<Repo, "password">): boolean {
  return password === MASK;
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Where a repo is, short: without the protocol, credentials and the way behind the host. */
export function repoPlace(uri: string): string {
  return uri.replace(/^(?:[a-z0-9]+:)?(?:[a-z]+:\/\/)?/iu, "").replace(/^[^/@]*@/u, "") || uri;
}
