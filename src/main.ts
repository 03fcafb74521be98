import { askSecret, readInput } from "./cli/standard-input.js";
import { run } from "./cli/run.js";
import { surroundings } from "./config/read-config.js";

const stop = new AbortController();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for an orderly end.
    if (stop.signal.aborted) process.exit(code);
    stop.abort();
  });
}
// Whoever reads may stop reading, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

// A hub outlives the program that its log went to.
process.stderr.on("error", () => {});

process.exitCode = await run(process.argv.slice(2), {
  ...surroundings(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  askSecret,
  readInput,
  signal: stop.signal,
});
// What still hangs (a locked database, a slow disk) was waited for long enough.
setTimeout(() => process.exit(), 1_000).unref();
