import { request } from "node:http";
import { expect, test } from "@jest/globals";
import { addUser, PASSWORD } from "../support/callers.js";
import { startTestHub, type TestHub } from "../support/test-hub.js";

/** Tries to log in from an address of this machine, and gives the status of the answer. */
function logIn(hub: TestHub, from: string, password: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      method: "POST",
      localAddress: from,
      headers: { "content-type": "application/json" },
      agent: false,
    };
    const asked = request(new URL("/v1.Authentication/Login", hub.url), options, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    asked.on("error", reject).end(JSON.stringify({ username: "ann", password }));
  });
}

test("ACC24: guesses from many addresses do not keep out who has logged in from hers before", async () => {
  const hub = await startTestHub();
  try {
    await addUser(hub, "ann", "admin");
    expect(await logIn(hub, "127.0.0.1", PASSWORD)).toBe(200);
    const guess = (n: number) => logIn(hub, `127.0.1.${1 + (n % 20)}`, "wrong password");
    const guesses = Array.from({ length: 100 }, (_, n) => guess(n));
    const [honest, ...answers] = await Promise.all([logIn(hub, "127.0.0.1", PASSWORD), ...guesses]);
    expect(honest).toBe(200);
    expect(new Set(answers)).toEqual(new Set([401, 429]));
  } finally {
    await hub.close();
  }
});
