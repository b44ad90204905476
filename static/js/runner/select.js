/** What the page asks of the state (state.js). Pure. */

export const LETTERS = "ABCDEFGH";

/** The question's number in the release; `place` is where this learner meets it. */
export function questionAt(state, place = state.place) {
  return state.order[place];
}

export function publicQuestion(state, question = questionAt(state)) {
  return state.questions[question];
}

/** The choices of a question that are marked now: the newer of draft and answer. */
export function chosen(state, question = questionAt(state)) {
  return (state.drafts[question] ?? state.answers[question])?.choices ?? [];
}

function hasAnswer(state, question) {
  return Boolean(state.answers[question]?.choices.length);
}

/**
 * How much of its answer a question has: "none", "part" (an exam's question that wants
 * more choices) or "whole". In practice only what was submitted is an answer.
 */
export function extent(state, question) {
  if (state.mode !== "exam") return hasAnswer(state, question) ? "whole" : "none";
  if (!chosen(state, question).length) return "none";
  return isComplete(state, question) ? "whole" : "part";
}

export function isFlagged(state, question = questionAt(state)) {
  return Boolean(state.flags[question]?.on);
}

export function isComplete(state, question = questionAt(state)) {
  return chosen(state, question).length === publicQuestion(state, question).choose;
}

/**
 * Where the current question stands: "open" (nothing or too little chosen), "ready" (to
 * be submitted), "sent" (its verdict is on the way), "told" (verdict here), "exam".
 */
export function phase(state, question = questionAt(state)) {
  if (state.mode === "exam") return "exam";
  if (state.verdicts[question]) return "told";
  if (state.answers[question]) return "sent";
  return isComplete(state, question) ? "ready" : "open";
}

/**
 * The choices after a click on one, and whether the click asked for too many. Where one
 * is asked for the other replaces it, and a second click takes it back if it `mayBeNone`.
 */
export function toggled({ kind, choose }, choices, choice, mayBeNone = false) {
  const isOne = kind === "single";
  if (choices.includes(choice) && (mayBeNone || !isOne)) {
    return { choices: choices.filter((one) => one !== choice), refused: false };
  }
  if (isOne) return { choices: [choice], refused: false };
  if (choices.length >= choose) return { choices, refused: true };
  return { choices: [...choices, choice].sort((a, b) => a - b), refused: false };
}

export function counts(state) {
  const extents = state.order.map((question) => extent(state, question));
  const count = (wanted) => extents.filter((one) => one === wanted).length;
  const flagged = state.order.filter((one) => isFlagged(state, one)).length;
  return {
    answered: count("whole"),
    partly: count("part"),
    unanswered: count("none"),
    flagged,
  };
}

/** The first unanswered place from `start` on, once around; -1 if all are answered. */
export function firstUnanswered(state, start = 0) {
  const places = state.order.map((_, step) => (start + step) % state.length);
  const free = places.find((place) => !hasAnswer(state, questionAt(state, place)));
  return free ?? -1;
}

export function firstPartly(state) {
  return state.order.findIndex((question) => extent(state, question) === "part");
}

export function firstFlagged(state) {
  return state.order.findIndex((question) => isFlagged(state, question));
}

/** The place of the latest answer, or -1; answers that were taken back do not count. */
function latestAnswer(state) {
  let latest = { seq: 0, place: -1 };
  state.order.forEach((question, place) => {
    const answer = state.answers[question];
    if (answer?.choices.length && answer.seq > latest.seq) {
      latest = { seq: answer.seq, place };
    }
  });
  return latest;
}

/**
 * Where to go on from a remembered position: there, or, if something was answered after
 * it was remembered, at the first unanswered place after that answer.
 */
export function resumePlace(state, position) {
  const latest = latestAnswer(state);
  if (latest.seq <= position.seq) return position.place;
  const free = firstUnanswered(state, (latest.place + 1) % state.length);
  return free < 0 ? latest.place : free;
}

/**
 * Say whether the server should hear of our place. It need not when another device
 * would come here anyway, nor while we still look at what we answered last.
 */
export function positionIsNews(state) {
  if (state.placeSeq <= state.remote.seq) return false;
  if (resumePlace(state, state.remote) === state.place) return false;
  const latest = latestAnswer(state);
  return !(latest.place === state.place && latest.seq > state.remote.seq);
}

/** How the question map shows a place. */
export function marks(state, place) {
  const question = questionAt(state, place);
  const much = extent(state, question);
  return {
    current: place === state.place,
    answered: much === "whole",
    part: much === "part" ? partOf(state, question) : null,
    flagged: isFlagged(state, question),
    verdict: verdictWord(state.verdicts[question]),
  };
}

function partOf(state, question) {
  const { choose } = publicQuestion(state, question);
  return { chosen: chosen(state, question).length, choose };
}

/** "right", "wrong", "partly" or null. */
export function verdictWord(verdict) {
  if (!verdict) return null;
  if (verdict.right) return "right";
  return verdict.points > 0 ? "partly" : "wrong";
}

/** The letters of choices as this learner sees them, "B and D". */
export function letters(state, place, choices) {
  const lines = state.lines[place];
  const seen = [...lines.keys()].filter((line) => choices.includes(lines[line]));
  return seen.map((line) => LETTERS[line]).join(" and ");
}
