import { HubError } from "../errors.js";

/** Gives the answer of a handler's work, its errors as Connect sends them. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (reason) {
    throw HubError.from(reason).toConnectError();
  }
}
