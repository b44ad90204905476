/** The page: draws the attempt's state and turns clicks and keys into its commands. */

import { Timer } from "./clock.js";
import { Dialogs } from "./dialogs.js";
import { part, plural } from "./dom.js";
import { Frame, tooMany } from "./frame.js";
import { Shortcuts, listen } from "./keyboard.js";
import { MapView } from "./map.js";
import { QuestionView } from "./question.js";
import { backoff } from "./queue.js";
import { news, xpWords } from "./rewards.js";
import * as select from "./select.js";
import { VerdictView, verdictSentence } from "./verdict.js";
import { XpView } from "./xp.js";

// The second half of a double tap on Submit must not skip the verdict.
const DOUBLE_TAP = 400;
// Where there is no room above the bar, the verdict stands below the choices (css).
const LOW = "(height < 30rem)";
/** What a hint may be about: once it changes, the hint has done its work. */
const subject = (state) =>
  [state.place, select.phase(state), ...select.chosen(state)].join();

const STUCK = ["offline", "busy", "signed-out", "gone"];

export class Page {
  #submittedAt = -Infinity;
  #chosenAt = -Infinity;
  #status = { phase: "idle", answers: 0 };
  #saysTimeIsUp = false;

  constructor(root) {
    this.root = root;
    this.frame = new Frame(root);
    this.question = new QuestionView(root);
    this.verdict = new VerdictView(root);
    this.xp = new XpView(root);
    this.dialogs = new Dialogs(root);
  }

  /** Take the attempt on and show where it stands. */
  begin(attempt) {
    this.attempt = attempt;
    const { state } = attempt;
    this.maps = [this.#map(part(this.root, "map"))];
    this.question.show(state);
    this.#draw(state);
    this.#listen();
    if (state.deadline) this.#startTimer(state.deadline);
    this.root.dataset.ready = "yes";
  }

  /** The state changed (also called to bring the page back in line with it). */
  changed(state, before) {
    if (!this.attempt) return;
    if (state.place === before.place) this.question.update(state);
    else {
      this.question.show(state);
      this.xp.hide();
    }
    if (subject(state) !== subject(before)) this.frame.hideHint();
    this.#draw(state);
    const question = select.questionAt(state);
    const isNew = state.place === before.place && !before.verdicts[question];
    if (isNew && state.verdicts[question]) this.#speakVerdict(state);
  }

  #draw(state) {
    const waits = STUCK.includes(this.#status.phase);
    this.frame.update(state, waits);
    this.verdict.update(state, waits);
    this.xp.update(state);
    for (const map of this.maps) map.update(state);
  }

  #speakVerdict(state) {
    const word = this.verdict.word.textContent;
    this.frame.say(`${word}. ${verdictSentence(state)}`);
    // The choices are final and cannot hold the focus: the way on can.
    if (matchMedia(LOW).matches) this.verdict.reveal();
    const held = document.activeElement;
    const isGone = held.disabled || held.getClientRects().length === 0;
    if (isGone || held === document.body) this.frame.focusNext();
  }

  // --- commands ----------------------------------------

  #listen() {
    const { attempt, dialogs, frame } = this;
    const commands = {
      choose: (line) => this.#choose(line),
      proceed: () => this.#proceed(),
      submit: () => this.#submit(),
      previous: () => this.#go(attempt.state.place - 1),
      next: () => this.#next(),
      flag: () => attempt.flag(),
      map: () => this.#openMap(),
      help: () => dialogs.open("help"),
      finish: () => this.#askToFinish(),
      clear: () => this.#clear(),
      "finish-now": () => this.#finish(),
      "keep-working": () => this.#keepWorking(),
      close: () => dialogs.close(),
      "put-away": () => this.xp.hide() && frame.focusNext(),
    };
    const shortcuts = new Shortcuts(part(this.root, "shortcuts"));
    listen(commands, () => this.#lines().length, shortcuts);
    this.root.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-command]");
      if (button) commands[button.dataset.command]();
    });
    this.#listenToChoices();
    part(this.root, "form").addEventListener("submit", (event) =>
      event.preventDefault(),
    );
    addEventListener("online", () => {
      this.timer?.hurry();
      attempt.reconnect();
    });
    addEventListener("offline", () => frame.redraw());
  }

  #listenToChoices() {
    const { choices } = this.question;
    choices.addEventListener("change", ({ target }) => {
      this.#chosenAt = performance.now();
      this.attempt.choose(Number(target.value));
    });
    // A click on a chosen radio button changes nothing by itself.
    choices.addEventListener("click", ({ target }) => {
      const isAgain = target.type === "radio" && this.#isChosen(Number(target.value));
      const isDouble = performance.now() - this.#chosenAt < DOUBLE_TAP;
      if (isAgain && !isDouble && !this.attempt.isExam) this.attempt.clear();
    });
  }

  #isChosen(choice) {
    return select.chosen(this.attempt.state).includes(choice);
  }

  #lines() {
    return this.attempt.state.lines[this.attempt.state.place];
  }

  /** As a click on the line would: the focus goes there, and so does the reader. */
  #choose(line) {
    this.question.focusLine(line);
    this.attempt.choose(this.#lines()[line]);
  }

  /** The button goes away with the answer; the choices are where one was. */
  #clear() {
    const line = this.#lines().findIndex((choice) => this.#isChosen(choice));
    this.attempt.clear();
    if (line >= 0) this.question.focusLine(line, { preventScroll: true });
  }

  #go(place) {
    this.dialogs.close();
    this.attempt.move(place);
    if (place >= 0 && place < this.attempt.state.length) this.question.focus();
  }

  /** Enter: submit what is ready, else move on. */
  #proceed() {
    const now = select.phase(this.attempt.state);
    if (now === "ready" || now === "open") this.#submit();
    else this.#next();
  }

  #submit() {
    if (this.attempt.submit()) {
      this.#submittedAt = performance.now();
      this.frame.focusNext();
      return;
    }
    if (select.phase(this.attempt.state) !== "open") return;
    const { choose } = select.publicQuestion(this.attempt.state);
    this.frame.toast(
      choose > 1 ? `Choose ${choose} first.` : "Choose an answer first.",
    );
  }

  #next() {
    if (performance.now() - this.#submittedAt < DOUBLE_TAP) return;
    const { place, length } = this.attempt.state;
    if (place + 1 < length) this.#go(place + 1);
    else this.#askToFinish();
  }

  #map(list) {
    return new MapView(list, this.attempt.state, (place) => this.#go(place));
  }

  /** The dialog's own map is made when it is wanted first. */
  #openMap() {
    if (!this.maps[1]) this.maps.push(this.#map(part(this.dialogs.map, "map")));
    this.dialogs.open("map");
    this.dialogs.map.querySelector("[aria-current]").focus();
  }

  #askToFinish() {
    this.attempt.commitDraft();
    this.dialogs.askToFinish(this.attempt.state, (place) => this.#go(place));
  }

  #finish() {
    this.dialogs.close();
    this.dialogs.showFinishing(this.#status, this.#isTimeUp());
    this.attempt.finish();
  }

  #keepWorking() {
    this.attempt.queue.callOffFinish();
    this.dialogs.close();
  }

  #startTimer(deadline) {
    this.timer = new Timer({
      face: part(this.root, "clock"),
      clock: this.attempt.clock,
      deadline,
      warn: (words) => this.frame.say(words),
      lastCall: () => this.attempt.commitDraft(),
      ask: () => this.#askTheTime(),
      wait: backoff,
    });
  }

  /** The server says whether the time is over; if it is, "closed" is told as well. */
  async #askTheTime() {
    const problem = await this.attempt.refresh();
    if (this.attempt.state.status !== "open") return true;
    if (problem === "gone") this.#explain(problem);
    else if (problem && this.#isTimeUp()) this.#sayTimeIsUp(problem);
    else if (!problem && !this.#isTimeUp()) this.#takeTimeIsUpBack();
    return !problem;
  }

  #isTimeUp() {
    const { clock, state } = this.attempt;
    return state.deadline !== null && clock.now() >= state.deadline;
  }

  /** Only by this device, and once: whoever prefers to may go on meanwhile. */
  #sayTimeIsUp(problem) {
    if (this.#saysTimeIsUp || this.#status.finishing) return;
    this.#saysTimeIsUp = true;
    this.dialogs.close();
    this.dialogs.showTimeIsUp(problem, this.#status.answers);
  }

  #takeTimeIsUpBack() {
    if (this.#saysTimeIsUp) this.dialogs.close();
    this.#saysTimeIsUp = false;
  }

  // --- what the queue tells ----------------------------------------

  told(event) {
    this.#tells[event.type]?.(event);
  }

  #tells = {
    status: (status) => {
      this.#status = status;
      this.frame.status(status);
      this.#draw(this.attempt.state);
      if (status.finishing) this.dialogs.showFinishing(status, this.#isTimeUp());
      this.#explain(status.phase);
    },
    "too-many": ({ choose }) => this.frame.toast(tooMany(choose)),
    earned: ({ questions }) => this.#tellEarned(questions),
    refused: ({ message }) => this.frame.toast(`That could not be saved. ${message}`),
    finished: ({ url }) => location.replace(url),
    closed: async ({ lost }) => {
      this.timer?.stop();
      // Only the state says how it ended.
      if (this.attempt.state.status === "open") await this.attempt.refresh();
      const { state } = this.attempt;
      const isExpected = this.#status.finishing || this.#isTimeUp();
      if (isExpected && !lost && state.status === "finished") location.replace(state.urls.result);
      else this.dialogs.showClosed(state, lost);
    },
  };

  /** Of the question on the screen the verdict shows it; of others a hint does. */
  #tellEarned(questions) {
    const { state } = this.attempt;
    const { xp, level } = news(state, questions);
    this.frame.say(`${xpWords(xp)} earned.`);
    const others = questions.filter((one) => one !== select.questionAt(state));
    if (others.length) {
      const { xp: hint } = news(state, others);
      const which =
        others.length === 1 ? "an answer" : plural(others.length, "answer");
      this.frame.toast(`+${xpWords(hint)} for ${which} that waited`);
    }
    if (level === null) return;
    this.frame.say(`You reached level ${level}.`);
    this.xp.celebrate(state, level);
  }

  #explain(phase) {
    const { signIn } = this.root.dataset;
    if (phase === "signed-out") {
      const words = "You are signed out. What you answer is kept on this device.";
      this.frame.toast(words, { href: signIn, words: "Sign in" });
    } else if (phase === "gone") {
      const { href } = part(this.root, "leave");
      this.frame.toast("This attempt is no longer here.", { href, words: "Leave" });
    } else if (!this.frame.toastLink.hidden) this.frame.hideToast();
  }
}
