// Sample questions on the home page: shows the verdict in place of the form. Without
// this module the form brings a page with the same verdict.

async function grade(form) {
  const response = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Fragment": "1" },
  });
  // 422 brings the form again, with what was expected.
  if (!response.ok && response.status !== 422) throw new Error(`${response.status}`);
  return response.text();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sample]")) return;
  event.preventDefault();
  const chosen = [...new FormData(form).getAll("choices")];
  const place = form.closest("li");
  try {
    place.innerHTML = await grade(form);
  } catch {
    form.submit();
    return;
  }
  for (const input of place.querySelectorAll("input")) {
    input.checked = chosen.includes(input.value);
  }
  place.querySelector("[data-verdict], [role=alert]")?.focus();
});
