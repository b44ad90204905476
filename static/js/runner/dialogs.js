/** The dialogs: help, map, finish, and what to do when the attempt is over. */

import { part, plural, setText } from "./dom.js";
import { counts, firstFlagged, firstPartly, firstUnanswered } from "./select.js";

const BY_ITSELF = "Leave this page open: it finishes by itself";
const WAITS = {
  offline: `There is no connection. ${BY_ITSELF} when it is back.`,
  busy: `The server does not answer. ${BY_ITSELF} when it does.`,
  "signed-out": "You are signed out. Sign in, and it is finished.",
  gone: "This attempt is no longer here.",
};

const SETTLED = {
  offline: "There is no connection. What counts is settled when it is back.",
  "signed-out": "You are signed out. What counts is settled when you sign in.",
};

/** A dialog of the page; a click beside it closes it as Escape does. */
function openable(dialog) {
  dialog.addEventListener("click", (event) => {
    const isBeside = event.target === dialog;
    if (isBeside && !("stays" in dialog.dataset)) dialog.close();
  });
  // Nothing to go back to: Escape must not leave a dead page.
  dialog.addEventListener("cancel", (event) => {
    if ("stays" in dialog.dataset) event.preventDefault();
  });
  return dialog;
}

export class Dialogs {
  constructor(root) {
    this.root = root;
    for (const name of ["help", "map", "finish", "finishing", "closed"]) {
      this[name] = openable(part(root, `dialog="${name}"`));
    }
  }

  open(name) {
    if (!this[name].open) this[name].showModal();
  }

  close() {
    for (const dialog of this.root.querySelectorAll("dialog[open]")) dialog.close();
  }

  /** Ask before the finish, with a way to what is open and what is flagged. */
  askToFinish(state, go) {
    const { unanswered, partly, flagged } = counts(state);
    this.#jump("unanswered", unanswered, "unanswered question", () =>
      go(firstUnanswered(state)),
    );
    this.#jump("partly", partly, "partly answered question", () =>
      go(firstPartly(state)),
    );
    this.#jump("flagged", flagged, "flagged question", () => go(firstFlagged(state)));
    part(this.finish, "all-done").hidden = unanswered + partly + flagged > 0;
    part(this.finish, "cost").hidden = unanswered === 0;
    part(this.finish, "partly-cost").hidden = partly === 0;
    this.open("finish");
  }

  #jump(name, n, words, go) {
    const button = part(this.finish, name);
    button.hidden = n === 0;
    setText(part(button, "count"), plural(n, words));
    button.onclick = go;
  }

  /** Say that the attempt is being finished, and what that waits for. */
  showFinishing({ phase, answers }, isTimeUp) {
    const waits = WAITS[phase];
    const fate = isTimeUp ? "may come too late to count." : "will go with it.";
    const rest = answers ? `${plural(answers, "answer")} ${fate}` : "";
    const words = waits ? `${waits} ${rest}`.trim() : "One moment…";
    this.#wait("Handing in your answers", words, phase);
    part(this.finishing, "keep-working").hidden = !waits;
  }

  /** Say that by this device the time is up, and who will say whether it is. */
  showTimeIsUp(problem, answers) {
    const settled =
      SETTLED[problem] ??
      "The server does not answer. What counts is settled when it does.";
    const are = answers === 1 ? "is" : "are";
    const kept = answers
      ? `${plural(answers, "answer")} ${are} kept on this device until then.`
      : "";
    const words = `${settled} ${kept}`.trim();
    this.#wait("Time is up by this device’s clock", words, problem);
    part(this.finishing, "keep-working").hidden = false;
  }

  #wait(title, words, phase) {
    setText(part(this.finishing, "finishing-title"), title);
    setText(part(this.finishing, "finishing-text"), words);
    part(this.finishing, "finishing-link").hidden = phase !== "signed-out";
    this.open("finishing");
  }

  /** The attempt ended elsewhere: say how, and lead on. */
  showClosed({ status, urls }, lost = 0) {
    this.close();
    const finished = status === "finished";
    const tooLate = lost ? ` ${plural(lost, "answer")} came too late to count.` : "";
    const words = finished
      ? `It was handed in from another tab or device, or its time was up.${tooLate}`
      : `The test was started anew, and this attempt with it closed.${tooLate}`;
    const title = finished ? "This attempt is finished" : "This attempt is closed";
    setText(part(this.closed, "closed-title"), title);
    setText(part(this.closed, "closed-text"), words);
    const link = part(this.closed, "closed-link");
    link.href = finished ? urls.result : urls.certification;
    setText(link, finished ? "See the result" : "Back to the tests");
    this.open("closed");
  }
}
