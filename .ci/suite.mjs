// Runs the suite as the README says, and tells how many tests passed, failed and were skipped.
//
//   node suite.mjs FOLDER NAME [an argument of jest …]
//
// Files with a failed test are run once more, alone: what fails again has failed. What passes then is named all the
// same, since a test that depends on what else the machine does is to be mended. The sums go to FOLDER/sums.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** More than these are no accident of timing. */
const MOST_FILES_AGAIN = 4;
const LAST_LINES = 160;

const [folder = ".", name = "npm test", ...jestArguments] = process.argv.slice(2);
const began = Date.now();
// Half of the time tests wait, so that both cores of a small machine can have a worker.
const first = runTests("first", ["--maxWorkers=2", ...jestArguments]);
const failedFiles = first.files.filter(({ failed }) => failed > 0);
const again =
  failedFiles.length > 0 && failedFiles.length <= MOST_FILES_AGAIN
    ? runTests("again", ["--maxWorkers=1", "--runTestsByPath", ...failedFiles.map(({ path }) => path)])
    : undefined;
const sums = withSecondRun();
const verdict = sums.failed + sums.skipped === 0 ? "ok   " : "FAIL ";
const seconds = Math.round((Date.now() - began) / 1000);
process.stdout.write(
  `${verdict} ${name}: ${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped (${seconds}s)\n`,
);
for (const test of first.failedTests) process.stdout.write(`      failed beside others: ${test}\n`);
if (sums.failed + sums.skipped > 0) process.stdout.write((again ?? first).said());
writeFileSync(join(folder, "sums"), `${sums.passed} ${sums.failed} ${sums.skipped}\n`);

/** Jest's own sums, and a crash of a whole file, or of jest, as a failed test. */
function runTests(run, args) {
  const [report, log] = [join(folder, `${run}.json`), join(folder, `${run}.log`)];
  rmSync(report, { force: true });
  const out = openSync(log, "w");
  const { status } = spawnSync("npm", ["test", "--silent", "--", "--ci", "--json", `--outputFile=${report}`, ...args], {
    stdio: ["ignore", out, out],
  });
  closeSync(out);
  const said = () => `${lastLines(readFileSync(log, "utf8"))}\n`;
  const results = readReport(report);
  const files = results.testResults.map(({ name: path, status: how, assertionResults }) => ({
    path: relative(process.cwd(), path),
    passed: count(assertionResults, "passed"),
    failed: Math.max(count(assertionResults, "failed"), how === "failed" ? 1 : 0),
    skipped: assertionResults.filter(({ status: one }) => one !== "passed" && one !== "failed").length,
  }));
  const failedTests = results.testResults.flatMap(({ assertionResults, message }) => {
    const failures = assertionResults.filter(({ status: one }) => one === "failed");
    const told = failures.map(
      ({ fullName, failureMessages }) => `${fullName}: ${firstWords(failureMessages.join(" "))}`,
    );
    return told.length > 0 || message === "" ? told : [firstWords(message)];
  });
  const broken = files.length === 0 || (status !== 0 && files.every(({ failed }) => failed === 0));
  return { files, failedTests, broken, said };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { testResults: [] };
  }
}

function withSecondRun() {
  const files = new Map(first.files.map((file) => [file.path, file]));
  for (const file of again?.files ?? []) files.set(file.path, file);
  const sum = (key) => [...files.values()].reduce((total, file) => total + file[key], 0);
  const broken = Number(first.broken) + Number(again?.broken ?? false);
  return { passed: sum("passed"), failed: sum("failed") + broken, skipped: sum("skipped") };
}

/** Enough of a failure to recognise it, in one line and without colours. */
function firstWords(message) {
  const text = stripVTControlCharacters(message).replaceAll(/\s+/gu, " ");
  return text.length > 300 ? `${text.slice(0, 300)} …` : text;
}

function count(assertions, status) {
  return assertions.filter((one) => one.status === status).length;
}

/** What matters of what jest said: not the tests that passed, and not where in the code a failure was noticed. */
function lastLines(text) {
  const lines = text.split("\n").filter((line) => !/^\s+(✓|at )/u.test(line));
  return lines
    .slice(-LAST_LINES)
    .map((line) => `      ${line}`)
    .join("\n");
}
