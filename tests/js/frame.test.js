import assert from "node:assert/strict";
import { test } from "node:test";

import { statusShort, statusText } from "../../static/js/runner/frame.js";

const status = (more) => ({
  phase: "idle",
  answers: 0,
  flags: 0,
  finishing: false,
  ...more,
});

test("the status says saved, saving, or how many answers wait for what", () => {
  assert.equal(statusText(status()), "Saved");
  assert.equal(statusText(status({ phase: "sending", answers: 1 })), "Saving…");
  assert.equal(
    statusText(status({ phase: "offline", answers: 3 })),
    "3 answers waiting for a connection",
  );
  assert.equal(
    statusText(status({ phase: "offline", answers: 1, flags: 2 })),
    "1 answer waiting for a connection",
  );
  assert.equal(
    statusText(status({ phase: "busy", answers: 2 })),
    "2 answers waiting for the server",
  );
  assert.equal(
    statusText(status({ phase: "signed-out", answers: 2 })),
    "2 answers kept on this device",
  );
});

test("the status speaks of flags and of the finish when no answer waits", () => {
  assert.equal(
    statusText(status({ phase: "offline", flags: 1 })),
    "Flags waiting for a connection",
  );
  assert.equal(
    statusText(status({ phase: "offline", finishing: true })),
    "The finish is waiting for a connection",
  );
});

test("without a connection nothing claims more than is known", () => {
  assert.equal(statusText(status(), false), "No connection");
  assert.equal(statusText(status({ phase: "offline" })), "No connection");
});

test("where there is no room a word or two say the same", () => {
  const short = (more, online) => statusShort(status(more), online);
  assert.equal(short(), "Saved");
  assert.equal(short({}, false), "Offline");
  assert.equal(short({ phase: "sending", answers: 1 }), "Saving…");
  assert.equal(short({ phase: "offline", answers: 2 }), "2 waiting");
  assert.equal(short({ phase: "busy", answers: 2 }), "2 waiting");
  assert.equal(short({ phase: "signed-out", answers: 2 }), "2 kept");
  assert.equal(short({ phase: "offline", flags: 1 }), "Flags waiting");
  assert.equal(short({ phase: "offline", finishing: true }), "Finish waiting");
  assert.equal(short({ phase: "offline" }), "Offline");
});
