// Sample questions on the home page: shows the verdict in place of the form. Without
// this module the form brings a page with the same verdict.

const PATIENCE_MS = 15_000;

/** The server answered, with something that this module does not know. */
class Unexpected extends Error {}

async function grade(form) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Fragment": "1" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  // 422 brings the form again, with what was expected.
  if (!response.ok && response.status !== 422) {
    throw new Unexpected(`${response.status}`);
  }
  return response.text();
}

/** Say whether the form waits for a connection; it offers to try again then. */
function showOffline(form, isOffline) {
  form.querySelector("[data-offline]").hidden = !isOffline;
  form.querySelector("[data-check]").hidden = isOffline;
}

async function check(form) {
  const chosen = [...new FormData(form).getAll("choices")];
  const place = form.closest("li");
  showOffline(form, false);
  try {
    place.innerHTML = await grade(form);
  } catch (error) {
    if (error instanceof Unexpected) {
      form.submit(); // The page that comes says what is the matter.
      return;
    }
    // No answer came: leaving the page now would lose it to the browser's error page.
    showOffline(form, true);
    form.querySelector("[data-offline] button").focus();
    return;
  }
  for (const input of place.querySelectorAll("input")) {
    input.checked = chosen.includes(input.value);
  }
  place.querySelector("[data-verdict], [data-problem]")?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sample]")) return;
  event.preventDefault();
  if ("busy" in form.dataset) return;
  form.dataset.busy = "";
  await check(form);
  delete form.dataset.busy;
});
