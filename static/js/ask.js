/* Asking a person: drafts that are not lost, help while writing, messages that arrive.
   Everything but the arriving works without this script. */

const DRAFTS = "ask-draft:";
const POLL_EVERY = 10_000;
const LONGEST_QUERY = 300;

// --- drafts: what is written but not sent stays on this device ------------------------

/** Return a draft from what is stored under its key, or null for what is none. */
export function readDraft(stored) {
  try {
    const draft = JSON.parse(stored);
    const sound = typeof draft?.text === "string" && typeof draft.token === "string";
    return sound ? draft : null;
  } catch {
    return null;
  }
}

/** Forget the drafts of the form that was sent with this token. */
export function forgetSent(storage, token) {
  const keys = Object.keys(storage).filter((key) => key.startsWith(DRAFTS));
  for (const key of keys) {
    if (readDraft(storage.getItem(key))?.token === token) storage.removeItem(key);
  }
}

function storageOrNone() {
  try {
    const storage = globalThis.localStorage;
    storage.setItem(`${DRAFTS}try`, "");
    storage.removeItem(`${DRAFTS}try`);
    return storage;
  } catch {
    // Switched off or full: nothing is kept, and nothing else changes.
    return null;
  }
}

function keepDraft(storage, form) {
  const { text, token, topic } = form.elements;
  const key = DRAFTS + form.dataset.draft;
  if (!text.value) {
    storage.removeItem(key);
    return;
  }
  const draft = { text: text.value, token: token.value, topic: topic?.value ?? "" };
  try {
    storage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full: the text is still on the page.
  }
}

/** Bring a draft back, with the token it was written under: what was sent after all,
    though the answer was lost, is then said once. */
function restoreDraft(storage, form) {
  const { text, token, topic } = form.elements;
  const draft = readDraft(storage.getItem(DRAFTS + form.dataset.draft));
  if (!draft || text.value) return;
  text.value = draft.text;
  token.value = draft.token;
  if (topic && draft.topic) topic.value = draft.topic;
}

function setUpDrafts(form) {
  const storage = storageOrNone();
  if (!storage) return;
  const address = new URL(location.href);
  if (address.searchParams.has("sent")) {
    forgetSent(storage, address.searchParams.get("sent"));
    address.searchParams.delete("sent");
    history.replaceState(history.state, "", address);
  }
  restoreDraft(storage, form);
  form.addEventListener("input", () => keepDraft(storage, form));
  form.querySelector("[data-draft-kept]").hidden = false;
}

// --- sending ----------------------------------------------------------------------------

/** Say what is wrong with the chosen files, or nothing. */
export function fileTrouble(files, { maxFiles, maxSize }) {
  if (files.length > maxFiles) {
    return `At most ${maxFiles} files go with a message; you chose ${files.length}.`;
  }
  const large = files.find((file) => file.size > maxSize);
  const most = Math.floor(maxSize / 1024 / 1024);
  return large ? `“${large.name}” is larger than ${most} MB.` : "";
}

function setUpFiles(input) {
  const limits = {
    maxFiles: Number(input.dataset.maxFiles),
    maxSize: Number(input.dataset.maxSize),
  };
  input.addEventListener("change", () => {
    const trouble = fileTrouble([...input.files], limits);
    input.setCustomValidity(trouble);
    input.toggleAttribute("aria-invalid", false);
    if (trouble) input.setAttribute("aria-invalid", "true");
    document.getElementById("files-error").textContent = trouble;
  });
}

/** Send by Ctrl or Command and Enter, as people know it from elsewhere. */
function sendByKeys(form) {
  form.elements.text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// --- help while writing -------------------------------------------------------------------

function setUpSuggestions(form) {
  const text = form.querySelector("[data-suggest]");
  text?.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.set("q", text.value.slice(0, LONGEST_QUERY));
    event.detail.parameters.set("topic", form.elements.topic?.value ?? "");
  });
}

// --- messages that arrive -----------------------------------------------------------------

function isAtEnd(list) {
  return list.getBoundingClientRect().bottom <= innerHeight + 40;
}

function setUpArrivals(list) {
  const button = document.querySelector("[data-new-message]");
  const seen = new Set([...list.querySelectorAll("[data-message]")].map((one) => one.id));
  let wasAtEnd = true;
  list.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.set("after", list.dataset.last);
  });
  list.addEventListener("htmx:beforeSwap", () => {
    wasAtEnd = isAtEnd(list);
  });
  list.addEventListener("htmx:afterSwap", () => {
    const fresh = [...list.querySelectorAll("[data-message]")].filter(
      (one) => !seen.has(one.id),
    );
    if (!fresh.length) return;
    for (const one of fresh) seen.add(one.id);
    list.dataset.last = fresh.at(-1).dataset.message;
    offerCopying(list);
    if (wasAtEnd) fresh.at(-1).scrollIntoView({ block: "nearest" });
    else button.hidden = false;
    button.onclick = () => {
      button.hidden = true;
      fresh[0].scrollIntoView({ block: "center" });
    };
  });
  const ask = () => {
    if (document.visibilityState === "visible") globalThis.htmx.trigger(list, "poll");
  };
  setInterval(ask, POLL_EVERY);
  document.addEventListener("visibilitychange", ask);
  addEventListener("scroll", () => (button.hidden ||= isAtEnd(list)), { passive: true });
}

/** Leave out answers that come from elsewhere: who is signed out is sent to a form. */
function refuseStrangers(event) {
  const { xhr, pathInfo } = event.detail;
  const path = (address) => new URL(address, location.href).pathname;
  if (path(xhr.responseURL) !== path(pathInfo.requestPath)) {
    event.detail.shouldSwap = false;
  }
}

// --- copying --------------------------------------------------------------------------------

/** Offer each message's text exactly as it was written. */
function offerCopying(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy-text][hidden]")) {
    const source = button.closest("[data-message]").querySelector("[data-text]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(JSON.parse(source.dataset.text));
      const word = button.querySelector("[data-word]");
      word.textContent = "Copied";
      setTimeout(() => (word.textContent = "Copy text"), 2_000);
    });
  }
}

const form = globalThis.document?.querySelector("[data-ask]");
if (form) {
  setUpDrafts(form);
  setUpFiles(form.querySelector("[data-files]"));
  sendByKeys(form);
  setUpSuggestions(form);
  document.addEventListener("htmx:beforeSwap", refuseStrangers);
}
const list = globalThis.document?.querySelector("[data-messages]");
if (list) {
  offerCopying(list);
  if (list.dataset.last !== undefined) setUpArrivals(list);
  document.getElementById("new")?.scrollIntoView({ block: "start" });
}
