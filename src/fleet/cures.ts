/** Where a failure was; Backrest's screens are opened by these names. */
export interface FailedAt {
  readonly planId: string;
  readonly repoId: string;
}

type Cure = string | ((at: FailedAt) => string);

/** What restic and its backends say when a backup fails, and what helps; the first that fits counts. */
const CURES: readonly (readonly [RegExp, Cure])[] = [
  [
    /already locked|unable to create lock/i,
    ({ repoId }) => `If nothing else uses the repo: ${inRepoMenu(repoId, "Unlock Repo")}`,
  ],
  [/wrong password|no key found/i, "Correct the repo's password on that machine."],
  [
    /no space left|disk quota|quota exceeded|insufficient storage/i,
    ({ repoId }) => `Make room where the repo is, or prune it: ${inRepoMenu(repoId, "Prune Now")}`,
  ],
  [
    /repository does not exist|unable to open config file.*(not exist|no such file|404)|Is there a repository/i,
    "Look whether the repo's address is right and the repo still exists.",
  ],
  [
    /permission denied|access denied|forbidden|403|401|unauthorized/i,
    "Look at the rights and credentials of that machine.",
  ],
  [
    /i\/o timeout|connection refused|no route to host|no such host|network is unreachable|dial tcp|TLS handshake/i,
    "Check that the repo's server is up and that machine reaches it.",
  ],
  [/no such file or directory|does not exist, skipping/i, "Look whether the plan's paths still exist on that machine."],
  [
    /checksum|corrupt|damaged|invalid data|pack.*not found|blob.*not found/i,
    ({ repoId }) => `Check the repo before anything else is written to it: ${inRepoMenu(repoId, "Check Now")}`,
  ],
];

/** The log stays on the machine. */
function openTheRun({ planId }: FailedAt): string {
  return `Open the last run. Its log is on that machine: open ${under("Plans", planId)}, press the three dots at the run, and choose “View Logs”.`;
}

function inRepoMenu(repoId: string, entry: string): string {
  return `on that machine open ${under("Repositories", repoId)}, press the arrow beside “Index Snapshots”, and choose “${entry}”.`;
}

function under(list: string, id: string): string {
  return id === "" ? list : `${list} › ${id}`;
}

/** What to do about a failure, by its words. */
export function cureOf(message: string, at: FailedAt): string {
  const cure = CURES.find(([words]) => words.test(message))?.[1] ?? openTheRun;
  return typeof cure === "string" ? cure : cure(at);
}
