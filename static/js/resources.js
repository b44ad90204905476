/* Resources: says when a search or a bookmark did not come through. All the rest is
   htmx and works as plain forms without scripts. */

const notice = document.querySelector("[data-offline]");

document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  // A search that a newer one replaced was broken off by us.
  const isBrokenOff = detail.xhr.status === 0 && detail.xhr.readyState === 0;
  if (!isBrokenOff) notice.hidden = Boolean(detail.successful);
});
