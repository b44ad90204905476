/**
 * The state of an attempt in the browser: what stands when answers and flags come from
 * this tab, another tab, another device or the server, in any order and any number of
 * times. Pure: no page, no clock, no network.
 */

import { standingOf } from "./rewards.js";
import { resumePlace } from "./select.js";

/** The choices as bits, as the server compares them when sequence numbers are equal. */
const bits = (choices) => choices.reduce((mask, choice) => mask | (1 << choice), 0);

/** Say whether answer a is later than b. */
export function outranks(a, b) {
  return a.seq === b.seq ? bits(a.choices) > bits(b.choices) : a.seq > b.seq;
}

/**
 * Return which of two answers to a question stands. In an exam it is the later one. In
 * practice it is the first that was committed: the server's (`settled`) before one that
 * still waits, the earlier click between equals.
 */
export function standing(mode, a, b) {
  if (!a || !b) return a ?? b;
  if (!outranks(a, b) && !outranks(b, a)) return a.settled ? a : b;
  if (mode === "exam") return outranks(a, b) ? a : b;
  if (Boolean(a.settled) !== Boolean(b.settled)) return a.settled ? a : b;
  return outranks(a, b) ? b : a;
}

/** Return which of two states of a flag stands: the later one. */
export function standingFlag(a, b) {
  if (!a || !b) return a ?? b;
  if (a.seq === b.seq) return a.on ? a : b;
  return a.seq > b.seq ? a : b;
}

/** Make the state from what the server tells and the payload of the release. */
export function createState(server, questions) {
  const empty = {
    id: server.id,
    mode: server.mode,
    length: server.length,
    title: server.title,
    order: server.order,
    lines: server.choice_order,
    urls: server.urls,
    questions,
    place: server.position,
    placeSeq: server.position_seq,
    remote: { place: server.position, seq: server.position_seq },
    answers: {},
    flags: {},
    verdicts: {},
    rewards: {},
    standing: null,
    drafts: {},
  };
  return reduce(empty, { type: "server", server });
}

const handlers = {
  /** The server's whole word on the attempt. */
  server(state, { server }) {
    // A closed attempt is told no more of XP; what is known stays.
    const standing = standingOf(server) ?? state.standing;
    const { rewards } = server.standing ? server : state;
    let next = { ...state, status: server.state, deadline: server.deadline, standing };
    for (const [question, answer] of Object.entries(server.answers)) {
      const told = { verdict: server.verdicts[question], reward: rewards[question] };
      next = handlers.answer(next, { question, ...answer, settled: true, ...told });
    }
    next = handlers.flags(next, server);
    return handlers.synced(next, server);
  },

  /** An answer: of this tab, of another tab, or as the server settled it. */
  answer(state, event) {
    const { question, choices, seq, settled = false, verdict, reward } = event;
    const offered = { choices, seq, settled };
    const stands = standing(state.mode, state.answers[question], offered);
    const answers = { ...state.answers, [question]: stands };
    const draft = state.drafts[question];
    const drafts = { ...state.drafts };
    const isOver = state.mode === "practice" || (draft && draft.seq <= stands.seq);
    if (isOver) delete drafts[question];
    if (!verdict) return { ...state, answers, drafts };
    const verdicts = { ...state.verdicts, [question]: verdict };
    const rewards = { ...state.rewards };
    if (reward) rewards[question] = reward;
    else delete rewards[question];
    return { ...state, answers, drafts, verdicts, rewards };
  },

  /** An answer that the server cannot take: it never was one. */
  refused(state, { question, seq }) {
    const answer = state.answers[question];
    if (answer?.seq !== seq || answer.settled) return state;
    const answers = { ...state.answers };
    delete answers[question];
    return { ...state, answers };
  },

  /** Chosen, but neither submitted (practice) nor complete (exam). */
  draft(state, { question, choices, seq }) {
    const known = Math.max(
      state.drafts[question]?.seq ?? 0,
      state.answers[question]?.seq ?? 0,
    );
    const isFinal = state.mode === "practice" && state.answers[question];
    if (isFinal || seq <= known) return state;
    return { ...state, drafts: { ...state.drafts, [question]: { choices, seq } } };
  },

  flag(state, { question, on, seq }) {
    return handlers.flags(state, { flags: { [question]: { on, seq } } });
  },

  flags(state, { flags }) {
    const merged = { ...state.flags };
    for (const [question, flag] of Object.entries(flags)) {
      merged[question] = standingFlag(merged[question], flag);
    }
    return { ...state, flags: merged };
  },

  move(state, { place, seq }) {
    const isPlace = Number.isInteger(place) && place >= 0 && place < state.length;
    if (!isPlace) return state;
    return { ...state, place, placeSeq: Math.max(seq, state.placeSeq) };
  },

  /** What the server remembers as the position; this tab stays where it is. */
  synced(state, { position: place, position_seq: seq }) {
    return seq < state.remote.seq ? state : { ...state, remote: { place, seq } };
  },

  closed(state, { status }) {
    return state.status === "finished" ? state : { ...state, status };
  },
};

/** Return the state after an event; the old one is left as it was. */
export function reduce(state, event) {
  return handlers[event.type](state, event);
}

const find = (records, kind) => records.find((one) => one.kind === kind);

/** Lay what this device stored over the state, and go to the place to go on from. */
export function restore(state, records) {
  const changes = records.filter((one) =>
    ["answer", "flag", "draft"].includes(one.kind),
  );
  const known = changes.reduce(
    (before, { kind, ...record }) => reduce(before, { type: kind, ...record }),
    state,
  );
  const local = find(records, "position");
  const position = local?.seq > state.remote.seq ? local : state.remote;
  const place = resumePlace(known, position);
  return reduce(known, { type: "move", place, seq: position.seq });
}

/** The seconds that were spent per question on this device. */
export function timeSpent(records) {
  return find(records, "time")?.spent ?? {};
}

/** The latest sequence number anywhere in the records. */
export function latestSeq(records) {
  return Math.max(0, ...records.map((one) => one.seq));
}
