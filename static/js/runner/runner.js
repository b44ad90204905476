/** The runner: loads an attempt and lets it run in this tab. */

import { Api, Session, csrfToken } from "./api.js";
import { Attempt, Tabs } from "./attempt.js";
import { Clock, Stopwatch } from "./clock.js";
import { part, setText } from "./dom.js";
import { Page } from "./page.js";
import { Queue, backoff } from "./queue.js";
import { createState, latestSeq, restore, timeSpent } from "./state.js";
import { attemptKey, openStore } from "./store.js";

const root = document.querySelector("[data-runner]");

/** Fetch all that is needed: the state, the release's payload, this device's store. */
async function load(api) {
  const store = openStore();
  const [server, payload] = await Promise.all([api.state(), api.questions()]);
  return { server, payload, store: await store };
}

function start({ api, clock, server, payload, store }, records) {
  const page = new Page(root);
  const known = restore(createState(server, payload.questions), records);
  clock.saw(Math.max(server.last_seq, latestSeq(records)));
  const attempt = new Attempt({
    state: known,
    clock,
    stopwatch: new Stopwatch(timeSpent(records)),
    changed: (state, before) => page.changed(state, before),
    told: (event) => page.told(event),
  });
  const session = new Session({
    api,
    clock,
    told: (state) => attempt.hearState(state),
  });
  session.accept(server);
  const queue = new Queue({
    attempt: attemptKey(server),
    mode: server.mode,
    store,
    api,
    session,
    place: () => attempt.place(),
    emit: (event) => attempt.hearQueue(event),
  });
  const tabs = new Tabs(attemptKey(server), (event) => attempt.hear(event));
  attempt.connect({ queue, session, tabs });
  page.begin(attempt);
  watchVisibility(attempt);
  queue.load().then(() => queue.run());
}

function watchVisibility(attempt) {
  attempt.stopwatch.start(attempt.question);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") attempt.leave();
    else attempt.comeBack();
  });
  // Safari closes tabs without a change of visibility.
  addEventListener("pagehide", () => attempt.leave());
  addEventListener("pageshow", ({ persisted }) => persisted && attempt.comeBack());
}

const PROBLEMS = {
  "signed-out": "You are signed out. Sign in to go on where you stopped.",
  gone: "This attempt is no longer here.",
  offline: "There is no connection. The questions load as soon as it is back.",
};

function showProblem(kind) {
  root.dataset.problem = kind;
  setText(part(root, "problem-text"), PROBLEMS[kind] ?? "The server does not answer.");
  part(root, "problem").hidden = false;
}

/** Run the attempt; while the network or the server fails, try again by itself. */
async function boot(failures = 0) {
  const { stateUrl: state, questionsUrl: questions } = root.dataset;
  const urls = { state, questions };
  for (const name of ["answers", "sync", "finish"]) urls[name] = `${state}/${name}`;
  const clock = new Clock();
  const api = new Api({ urls, csrf: csrfToken, clock });
  try {
    const loaded = await load(api);
    const { server, store } = loaded;
    if (server.state !== "open") return location.reload();
    await store.dropNamesakes(attemptKey(server));
    const records = await store.all(attemptKey(server));
    part(root, "problem").hidden = true;
    start({ api, clock, ...loaded }, records);
  } catch (error) {
    if (!error.kind) throw error;
    showProblem(error.kind);
    if (["signed-out", "gone"].includes(error.kind)) return;
    const wait = setTimeout(again, backoff(failures + 1));
    addEventListener("online", again, { once: true });
    function again() {
      clearTimeout(wait);
      removeEventListener("online", again);
      boot(failures + 1);
    }
  }
}

boot();
