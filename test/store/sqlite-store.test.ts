import { join } from "node:path";
import { openStore } from "../../src/store/open.js";
import { temporaryDirectory } from "./operations.js";
import { type TestStore, describeStoreContract } from "./store-contract.js";

async function openSqlite(): Promise<TestStore> {
  const directory = await temporaryDirectory();
  const file = join(directory.path, "hub.sqlite");
  let store = await openStore({ file });
  return {
    store,
    async reopen() {
      await store.close();
      store = await openStore({ file });
      return store;
    },
    async dispose() {
      await store.close();
      await directory.remove();
    },
  };
}

describeStoreContract(openSqlite);
