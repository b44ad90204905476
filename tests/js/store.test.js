import assert from "node:assert/strict";
import { test } from "node:test";

import { MemoryStore, attemptKey } from "../../static/js/runner/store.js";
import { serverState } from "./cast.js";

test("an attempt that has the id of an earlier one inherits nothing from it", async () => {
  const store = new MemoryStore();
  const earlier = attemptKey(serverState());
  const later = attemptKey(serverState({ started_at: 1_763_826_000_001 }));
  const record = { kind: "finish", question: -1, seq: 5 };
  await store.put({ ...record, attempt: earlier }, () => false);
  assert.deepEqual(await store.all(later), []);
  assert.equal((await store.all(earlier)).length, 1);
});
