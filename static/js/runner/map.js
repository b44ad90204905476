/** The question map: every place with what is known of it, by icon and by word. */

import { icon, make } from "./dom.js";
import { marks } from "./select.js";

const WORDS = { right: "right", wrong: "wrong", partly: "partly right" };

/** A place in words: "Question 4, answered, flagged". Never a verdict in an exam. */
export function placeWords(place, { answered, part, flagged, verdict, current }) {
  const words = [`Question ${place + 1}`];
  if (current) words.push("current");
  if (part) words.push(`${part.chosen} of ${part.choose} chosen`);
  else words.push(WORDS[verdict] ?? (answered ? "answered" : "not answered"));
  if (flagged) words.push("flagged");
  return words.join(", ");
}

/** The place a key leads to on a map of so many columns, or null for other keys. */
export function stepTo(key, place, length, columns) {
  const steps = {
    ArrowLeft: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place - columns,
    ArrowDown: place + columns,
    Home: 0,
    End: length - 1,
  };
  if (!Object.hasOwn(steps, key)) return null;
  const next = steps[key];
  return next < 0 || next >= length ? place : next;
}

function partly({ chosen, choose }) {
  return make("span", "runner__place-part", icon("partly"), `${chosen}/${choose}`);
}

export class MapView {
  #shown = [];
  #stop = null;

  /** `go(place)` is called when a place is chosen. */
  constructor(list, state, go) {
    this.buttons = state.order.map((_, place) => {
      const button = make("button", "runner__place");
      button.type = "button";
      button.tabIndex = -1;
      return button;
    });
    list.addEventListener("click", ({ target }) => {
      const place = this.#placeOf(target);
      if (place >= 0) go(place);
    });
    list.addEventListener("keydown", (event) => this.#step(event));
    list.addEventListener("focusin", ({ target }) => this.#stopAt(this.#placeOf(target)));
    list.addEventListener("focusout", () => this.#stopAt(this.current));
    this.list = list;
    this.current = state.place;
    list.replaceChildren(...this.buttons.map((button) => make("li", "", button)));
    this.update(state);
  }

  update(state) {
    this.current = state.place;
    if (!this.list.contains(document.activeElement)) this.#stopAt(state.place);
    this.buttons.forEach((button, place) => {
      const mark = marks(state, place);
      const words = placeWords(place, mark);
      if (this.#shown[place] === words) return;
      this.#shown[place] = words;
      this.#draw(button, place, mark, words);
    });
  }

  #placeOf(target) {
    return this.buttons.indexOf(target.closest("button"));
  }

  /** The map is one stop of the Tab key, at this place. */
  #stopAt(stop) {
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = this.buttons[stop];
    this.#stop.tabIndex = 0;
  }

  /** Keys walk on the map; the page's own keys do not hear of it. */
  #step(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.#placeOf(event.target);
    const next = stepTo(event.key, place, this.buttons.length, this.#columns());
    if (next === null) return;
    event.preventDefault();
    this.buttons[next].focus();
  }

  #columns() {
    const top = this.buttons[0].offsetTop;
    const below = this.buttons.findIndex((button) => button.offsetTop > top);
    return below < 0 ? this.buttons.length : below;
  }

  /** Scroll the list, and nothing else, to a button outside of it. */
  #reveal({ offsetTop, offsetHeight }) {
    const { list } = this;
    const isAbove = offsetTop < list.scrollTop;
    const isBelow = offsetTop + offsetHeight > list.scrollTop + list.clientHeight;
    if (isAbove || isBelow) list.scrollTop = offsetTop - list.clientHeight / 2;
  }

  #draw(button, place, mark, words) {
    button.setAttribute("aria-label", words);
    button.toggleAttribute("data-answered", mark.answered);
    button.toggleAttribute("data-part", Boolean(mark.part));
    if (mark.current) {
      button.setAttribute("aria-current", "true");
      // When the page is laid out anyway; asking now would do it once more.
      requestAnimationFrame(() => this.#reveal(button));
    } else button.removeAttribute("aria-current");
    const state = mark.verdict === "partly" ? "wrong" : mark.verdict;
    const picture = state ?? (mark.answered ? "answered" : null);
    button.dataset.verdict = state ?? "";
    button.textContent = place + 1;
    if (picture) button.append(icon(picture));
    if (mark.part) button.append(partly(mark.part));
    if (mark.flagged)
      button.append(make("span", "runner__place-flag", icon("flagged")));
  }
}
