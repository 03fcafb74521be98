/** What restic and its backends say when a backup fails, and what helps; the first that fits counts. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [
    /already locked|unable to create lock/i,
    "If nothing else uses the repo, open it on that machine and press “Unlock Repo”.",
  ],
  [/wrong password|no key found/i, "Correct the repo's password on that machine."],
  [/no space left|disk quota|quota exceeded|insufficient storage/i, "Make room where the repo is, or prune it."],
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
    "Check the repo on that machine before anything else is written to it.",
  ],
];

const OTHERWISE = "Open the last run and read its log.";

/** What to do about a failure, by its words. */
export function cureOf(message: string): string {
  return CURES.find(([words]) => words.test(message))?.[1] ?? OTHERWISE;
}
